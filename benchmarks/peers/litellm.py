"""LiteLLM's proxy, set up to do nothing but pass images on: no database, no callbacks, no retries, no log."""

import json
from contextlib import ExitStack
from pathlib import Path

from benchmarks.peers.environment import find_peer_program
from benchmarks.processes import Server, running
from tools.mysql_process import free_port

MASTER_KEY = "sk-bench-master"
# Of our own variables it gets none: `running` hands on only PATH.
_ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_LOG": "ERROR",  # also ends uvicorn's log of requests
    "LITELLM_MODE": "PRODUCTION",  # reads no .env
}


def start_litellm(stack: ExitStack, folder: Path, provider: str, provider_key: str, model: str) -> Server:
    """One worker, on its own server and options; raises `NoProgramError` where it cannot be installed."""
    program, port = find_peer_program("litellm"), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "litellm.yaml"
    configuration.write_text(json.dumps(_configuration(provider, provider_key, model)), encoding="utf-8")
    options = f"--host 127.0.0.1 --port {port} --num_workers 1 --telemetry False".split()
    command: tuple[str | Path, ...] = (program, "--config", configuration, *options)
    environment = {**_ENVIRONMENT, "HOME": str(folder)}
    server = stack.enter_context(running(command, port, folder / "litellm.log", environment))
    server.seconds_until_ok("/health/readiness")
    return server


def _configuration(provider: str, provider_key: str, model: str) -> dict[str, object]:
    """JSON is YAML."""
    call = {"model": f"openai/{model}", "api_base": provider, "api_key": provider_key, "max_retries": 0}
    return {
        "model_list": [{"model_name": model, "litellm_params": call}],
        "litellm_settings": {"num_retries": 0, "callbacks": []},
        "router_settings": {"num_retries": 0},
        "general_settings": {"master_key": MASTER_KEY},
    }
