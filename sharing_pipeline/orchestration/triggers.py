"""What starts by itself: the nightly schedule, the sensor over the inbox, and the one that hears
of failed runs."""

import json
from datetime import timedelta
from typing import Any

import dagster as dg

from sharing_pipeline.orchestration.lost_runs import close_lost_runs, note_run_failure
from sharing_pipeline.receiving.inbox import stage, unseen
from sharing_pipeline.settings import SHANGHAI, Settings, system_clock
from sharing_pipeline.store.ledger import Ledger

Job = Any
"""A job that is resolved together with its assets; Dagster has no public name for its type."""

_FAILED = "运行失败，原因见 Dagster 界面里的运行记录。已公布的结果不受影响。"

SECONDS_BETWEEN_LOOKS = 30
"""A file counts as whole when two looks of the sensor see the same size and time."""


def nightly_schedule(nightly: Job) -> dg.ScheduleDefinition:
    """Every night at 02:00 for the day before, on by default."""

    @dg.schedule(
        name="nightly_0200",
        job=nightly,
        cron_schedule="0 2 * * *",
        execution_timezone="Asia/Shanghai",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="每天 02:00（北京时间）计算前一天的三率",
    )
    def nightly_0200(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = context.scheduled_execution_time.astimezone(SHANGHAI).date() - timedelta(days=1)
        return dg.RunRequest(run_key=day.isoformat(), partition_key=day.isoformat())

    return nightly_0200


@dg.sensor(
    name="inbox",
    minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="看管收件箱：文件写完后登记保存，下一个夜间任务读取；并关闭被强制结束的运行",
)
def inbox(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Keeps the bytes of files as they arrive; the next night reads them.

    Each look also closes runs that were killed, or queued ones would wait for them for ever.
    """
    settings = Settings.read()
    close_lost_runs(context.instance, settings, system_clock)
    ledger = Ledger.open(settings)
    before = set(json.loads(context.cursor or "[]"))
    marks = {
        f"{file.source}/{file.name}|{file.size}|{file.modified_ns}": file
        for file in unseen(settings, ledger)
    }
    still = [file for mark, file in marks.items() if mark in before]
    staged = stage(settings, ledger, system_clock, still)
    context.update_cursor(json.dumps(sorted(set(marks) - before), ensure_ascii=False))
    return dg.SkipReason(
        f"登记了 {len(staged.new)} 个新文件，{len(staged.known)} 个内容收过，"
        f"{len(marks) - len(still)} 个还在写入。"
    )


@dg.run_failure_sensor(
    name="failed_run",
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="运行失败时记到台账和首页；运行自己记过的不再记",
)
def failed_run(context: dg.RunFailureSensorContext) -> None:
    """Notes the failure of a run that could not do it itself: it never got to its first step, or
    its process died and it was closed. Dagster shows it only runs that the daemon launched."""
    note_run_failure(Settings.read(), system_clock, context.dagster_run, _FAILED)
