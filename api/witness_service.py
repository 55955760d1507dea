"""A witness over HTTP (c2sp.org/tlog-witness): it answers what it cosigned, or why not, and nothing else."""

import asyncio
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.clock import WallClock, utc_now
from ledger.log.witness import (
    ADD_CHECKPOINT,
    AddCheckpoint,
    CheckpointWitness,
    ForkRefusedError,
    NoCheckpointRequestError,
    OtherSizeError,
    UnknownLogError,
    UnsignedError,
)

LARGEST: Final = 64 * 1024
"""Bytes of a request; one with 63 hashes and several signatures has some 5,000."""
_SIZE: Final = "text/x.tlog.size"
_REFUSALS: Final = {
    NoCheckpointRequestError: 400,
    UnknownLogError: 404,
    UnsignedError: 403,
    ForkRefusedError: 422,
}


def witness_app(witness: CheckpointWitness, clock: WallClock = utc_now) -> Starlette:
    """Return the app of a witness."""

    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return PlainTextResponse("too large\n", 413)
        try:
            asked = AddCheckpoint.read(body.decode())
            at = int(clock().timestamp())
            signature = await asyncio.to_thread(witness.add_checkpoint, asked, at)
        except UnicodeDecodeError:
            return PlainTextResponse("malformed\n", 400)
        except OtherSizeError as error:
            return Response(f"{error.size}\n", 409, media_type=_SIZE)
        except tuple(_REFUSALS) as error:
            return PlainTextResponse(f"{type(error).__name__}\n", _REFUSALS[type(error)])
        return PlainTextResponse(signature.line)

    return Starlette(routes=[Route(ADD_CHECKPOINT, add_checkpoint, methods=["POST"])])
