"""What Dagster shows and runs: the graph, its triggers, and the nightly job itself."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import dagster as dg
import pytest

from sharing_pipeline.catalog.contracts import load_contracts
from sharing_pipeline.definitions import build_defs, defs
from sharing_pipeline.launch import run_nightly
from sharing_pipeline.night import open_run
from sharing_pipeline.orchestration.instance import local_instance
from sharing_pipeline.orchestration.resources import HomeFolder
from sharing_pipeline.orchestration.tables import descriptions
from sharing_pipeline.published.tables import Published
from sharing_pipeline.settings import PROJECT, SHANGHAI, Settings
from sharing_pipeline.store.ledger import Ledger
from tests.support.screen import rows

DAY = date(2026, 11, 22)

ASSETS = {
    "intake": {"submission", "quarantine"},
    "facts": {
        "organisation", "catalogue", "resource", "field", "demand", "exemption", "exchange_daily",
    },
    "assessment": {"assessment"},
    "figures": {"scoreboard", "issue"},
    "bulletin": {"mart", "page"},
}  # fmt: skip


def clock() -> datetime:
    return datetime(2026, 11, 23, 2, 0, tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return made_city(tmp_path_factory.mktemp("home"))


def made_city(home: Path) -> Settings:
    """A home with two organisations, three entries, a log of two days and a demand."""
    settings = Settings(home=home)
    write(
        settings.inbox / "organisation" / "organisations.csv",
        "org_code,org_name,level,region,parent",
        "A,甲局,市,市本级,", "B,乙局,县,东区,A",
    )  # fmt: skip
    write(
        settings.inbox / "catalogue" / "目录-2026-11-01.csv",
        "catalogue_code,name,org_code,sharing_type,update_cycle,publish_status,published_on",
        "E1,企业登记信息,A,无条件共享,每月,已发布,2026-01-05",
        "E2,婚姻登记信息,A,有条件共享,每日,已发布,2026-01-05",
        "E3,公交线路信息,B,无条件共享,每周,已发布,2026-01-05",
        "E4,无主目录,没有这个机构,无条件共享,每周,已发布,2026-01-05",
    )
    write(
        settings.inbox / "catalogue" / "挂载资源-2026-11-01.csv",
        "resource_id,catalogue_code,resource_type,mount_status,mounted_on",
        "R1,E1,库表,已挂载,2026-01-06", "R3,E3,文件,已挂载,2026-01-06",
    )  # fmt: skip
    write(
        settings.inbox / "exchange_log" / "2026-11-21.csv",
        "batch_id,resource_id,direction,started_at,finished_at,status,row_count",
        "B1,R1,归集,2026-11-20 01:00:00,2026-11-20 01:05:00,成功,12",
        "B2,R3,归集,2026-11-21 01:00:00,2026-11-21 01:05:00,失败,0",
    )
    write(
        settings.inbox / "demand" / "demand.csv",
        "demand_id,name,requester_org,provider_org,submitted_on,status",
        "D1,企业名单,B,A,2026-11-20,已提交",
    )
    return settings


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_every_table_is_an_asset_in_its_layers_group() -> None:
    groups: dict[str, set[str]] = {}
    for spec in defs.resolve_all_asset_specs():
        groups.setdefault(str(spec.group_name), set()).add(spec.key.to_user_string())
    assert groups == ASSETS


def test_every_asset_and_check_is_described_in_chinese() -> None:
    specs = defs.resolve_all_asset_specs()
    described = {spec.key.to_user_string(): spec.description for spec in specs}
    checks = defs.resolve_asset_graph().asset_check_keys
    for key in checks:
        described[str(key)] = defs.resolve_asset_graph().get_check_spec(key).description
    assert len(checks) == 7
    for name, text in described.items():
        assert text and re.search("[\u4e00-\u9fff]", text), f"{name} has no Chinese description"


def test_schedule_and_sensor_are_on_by_default() -> None:
    repository = defs.get_repository_def()
    (schedule,) = repository.schedule_defs
    assert {sensor.name for sensor in repository.sensor_defs} == {"inbox", "failed_run"}
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "Asia/Shanghai")
    for sensor in repository.sensor_defs:
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING, sensor.name


def test_schedule_asks_for_the_day_before() -> None:
    repository = defs.get_repository_def()
    (schedule,) = repository.schedule_defs
    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime(2026, 11, 23, 2, 0, tzinfo=SHANGHAI),
            repository_def=repository,
        )
        (request,) = schedule.evaluate_tick(context).run_requests or []
    assert request.partition_key == "2026-11-22"


def test_the_job_publishes_and_the_screen_has_the_rates(city: Settings) -> None:
    report = run_nightly(city, DAY, clock=clock)
    assert [(made.revision, made.new) for made in report.revisions] == [(1, True)] * 3
    with local_instance(city) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("scoreboard"))
        assert event is not None and event.asset_materialization is not None
        numbers = event.asset_materialization.metadata
        assert numbers["平台目录挂载率 %"].value == 66.66
        assert numbers["平台目录挂载率 还差"].value == 1
        assert event.asset_materialization.partition == "2026-11-22"


def test_a_suite_is_a_check_with_counts_and_worst_rows(tmp_path: Path) -> None:
    city = made_city(tmp_path)
    run_nightly(city, DAY, clock=clock)
    with local_instance(city) as instance:
        key = dg.AssetCheckKey(dg.AssetKey("catalogue"), "expectations")
        record = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
        assert record.event is not None and record.event.dagster_event is not None
        evaluation = record.event.dagster_event.asset_check_evaluation_data
    assert not evaluation.passed
    rules = rows(evaluation.metadata["规则"].value)
    assert evaluation.severity == dg.AssetCheckSeverity.ERROR
    counts = ("本次检查的条数", "本次退回的行", "本次警告", "有效行中的问题")
    assert [evaluation.metadata[name].value for name in counts] == [4, 1, 1, 1]
    names = ("规则", "级别", "维度", "行数")
    assert [tuple(row[name] for name in names) for row in rules] == [
        ("organisation_unknown", "严重", "规范性", 1),
        ("catalogue_condition_missing", "警告", "完整性", 1),
    ]
    worst = rows(evaluation.metadata["最差的行"].value)
    assert [(row["文件"], row["行"]) for row in worst] == [
        ("目录-2026-11-01.csv", 5),
        ("目录-2026-11-01.csv", 3),
    ]
    assert worst[0]["值"] == "没有这个机构" and worst[0]["怎么办"]


def test_a_range_is_one_run_in_the_order_of_its_days(city: Settings) -> None:
    days = [date(2026, 11, day) for day in (18, 19, 20)]
    with local_instance(city) as instance, open_run(city, days, clock=clock) as run:
        job = build_defs(home=HomeFolder(opened=run)).resolve_job_def("nightly")
        result = job.execute_in_process(
            instance=instance,
            tags={
                "dagster/asset_partition_range_start": days[0].isoformat(),
                "dagster/asset_partition_range_end": days[-1].isoformat(),
            },
        )
        assert result.success
        noted = {
            name: [
                record.asset_materialization
                for record in instance.fetch_materializations(dg.AssetKey(name), limit=99).records
                if record.run_id == result.run_id  # other tests run nights of this city too
            ]
            for name in descriptions(load_contracts(PROJECT / "catalog"))
        }
    for name, events in noted.items():
        assert sorted(event.partition for event in events) == [str(day) for day in days], name
    assert all(event.metadata["业务日"].value == event.partition for event in noted["catalogue"])
    assert all("平台目录挂载率 %" in event.metadata for event in noted["scoreboard"])
    # Nothing was received twice: only the run's own day says what came in.
    assert {event.partition for event in noted["submission"] if event.metadata} == {str(days[-1])}
    published = Published(city, Ledger.open(city))
    moments = [published.night(day).published_at for day in days]
    assert moments == sorted(moments)
    board = published.table("scoreboard", days[-1], "mount_rate/2023-1").to_pylist()
    (whole,) = [row for row in board if row["scope_type"] == "all"]
    assert whole["change_from_previous_night"] == "0.00"


def test_the_sensor_stages_a_file_that_lies_still(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SHARING_HOME", str(tmp_path))
    write(tmp_path / "inbox" / "demand" / "demand.csv", "demand_id", "D9")
    sensor = defs.get_repository_def().get_sensor_def("inbox")
    with dg.instance_for_test() as instance:
        first = dg.build_sensor_context(instance=instance)
        assert "登记了 0 个" in str(sensor(first))
        second = dg.build_sensor_context(instance=instance, cursor=first.cursor)
        assert "登记了 1 个" in str(sensor(second))
        third = dg.build_sensor_context(instance=instance, cursor=second.cursor)
        assert "登记了 0 个" in str(sensor(third))
