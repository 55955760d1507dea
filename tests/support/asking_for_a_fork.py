"""The program that `forked_commands` gives: it hands a command on, or begins the one that serves.

It imports nothing of ours: PLACE PROGRAM SERVING WORD…
"""

import json
import os
import socket
import sys


def main() -> None:
    """Hand on words, folder, surroundings and streams, and exit as the command did."""
    place, program, serving, *words = sys.argv[1:]
    if set(words[:1]) & set(serving.split(",")):
        os.execv(program, [program, *words])  # noqa: S606 - the program itself
    said = {"words": words, "folder": os.getcwd(), "surroundings": dict(os.environ)}  # noqa: PTH109 - quick to import
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asked:
        asked.connect(place)
        socket.send_fds(asked, [json.dumps(said).encode()], [0, 1, 2])
        sys.exit(int(asked.recv(16)))


if __name__ == "__main__":
    main()
