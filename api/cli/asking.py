"""Asking the user of a command on the terminal."""

import asyncio
import sys


async def read_line() -> str:
    """Wait for a line on the terminal, so that a cancelled wait needs no end of input."""
    loop, there = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, there.set)
    try:
        await there.wait()
    finally:
        loop.remove_reader(sys.stdin)
    return sys.stdin.readline()
