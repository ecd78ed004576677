"""`laborsim serve`: the interactive page."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from laborsim.commands.options import Debug, Json, Quiet, ScenarioFile, emit_json, remark

Port = Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")]
Host = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")]


def command(
    scenario: ScenarioFile,
    port: Port = 8000,
    host: Host = "127.0.0.1",
    json_: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Serve an interactive page of a scenario: move levers, simulate a small share of the people, look at the charts.

    On 127.0.0.1 unless told otherwise; the page asks nothing of the internet. Needs the extra `app`. Ctrl-C ends it.

    Example: laborsim serve scenarios/independence-works-2025.toml --port 8001
    """
    from laborsim.loading import load_scenario
    from laborsim.study.names import WrongOption

    spec = load_scenario(scenario)
    try:
        import uvicorn

        from laborsim.app.page import build
        from laborsim.study.local import end_workers
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("shiny", "uvicorn"):
            raise
        raise WrongOption("serve needs the extra 'app': pip install 'laborsim[app]'") from None
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            said = f"--host {host} --port {port}: cannot listen there ({error.strerror}); try others"
            raise WrongOption(said) from None
        address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
        if json_:
            emit_json({"address": address, "scenario": spec.name})
        else:
            print(f"serving {spec.title} at {address}", flush=True)
        remark("Ctrl-C ends it", quiet)
        server = uvicorn.Server(uvicorn.Config(build(spec), log_level="warning", ws_max_size=1 << 24))
        try:
            server.run(sockets=[listener])
        finally:
            end_workers()  # a simulation under way is given up
