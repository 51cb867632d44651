"""`sharing ui`: the Dagster screen of one home folder."""

from __future__ import annotations

import os
import signal
import socket
import sys

import click

from sharing_pipeline.cli.chinese import Command
from sharing_pipeline.cli.common import with_settings
from sharing_pipeline.errors import ConfigurationError, UsageError
from sharing_pipeline.settings import PROJECT, Settings, system_clock

_HOST = "127.0.0.1"
_EPILOG = """
\b
示例：
  sharing ui --home /data/demo
  sharing ui --home /data/demo --port 3001
\b
界面只在本机打开，没有登录。要给别人看，请放在会问明身份的代理后面。
"""


@click.command(cls=Command, epilog=_EPILOG)
@click.option(
    "--port", type=click.IntRange(1, 65535), metavar="N", default=3000, help="端口，默认 3000"
)
@with_settings
def ui(settings: Settings, port: int) -> None:
    """打开这个主目录的 Dagster 界面，按 Ctrl+C 结束。"""
    from sqlalchemy.exc import OperationalError

    from sharing_pipeline.orchestration.instance import local_instance
    from sharing_pipeline.orchestration.lost_runs import close_lost_runs

    _refuse_taken(port)
    try:
        with local_instance(settings) as instance:
            close_lost_runs(instance, settings, system_clock)
    except (OSError, OperationalError) as error:
        raise ConfigurationError(
            f"主目录 {settings.home} 不能写入。请用 --home 指定一个可写的文件夹。"
        ) from error
    click.echo(f"界面：http://{_HOST}:{port} ，按 Ctrl+C 结束。")
    command = [
        sys.executable, "-m", "dagster", "dev", "-w", str(PROJECT / "workspace.yaml"),
        "-h", _HOST, "-p", str(port),
    ]  # fmt: skip
    sys.stdout.flush()
    # A shell has its background jobs ignore it, and Dagster would then ignore kill as well.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # In place of this process, so that whoever stops it stops Dagster and all its children.
    os.execve(command[0], command, _environment(settings))


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "DAGSTER_HOME": str(settings.dagster_home),
        "DAGSTER_DISABLE_TELEMETRY": "1",
        # Dagster advertises its newer command to developers; officers have no use for that.
        "PYTHONWARNINGS": "ignore",
        "SHARING_HOME": str(settings.home),
        "SHARING_CATALOG": str(settings.catalog),
    }


def _refuse_taken(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((_HOST, port))
        except OSError as error:
            raise UsageError(
                f"端口 {port} 不能用：{error.strerror}。"
                f"请用 --port 换一个，例如 --port {port + 1}。"
            ) from error
