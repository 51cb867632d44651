"""A ledger of another version: an older one is migrated whole or not at all, a newer refused."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, func, select

from sharing_pipeline.cli import main
from sharing_pipeline.errors import ConfigurationError
from sharing_pipeline.settings import Settings
from sharing_pipeline.store import versions
from sharing_pipeline.store.ledger import Base, Ledger, Snapshot
from sharing_pipeline.store.postgresql import postgresql_engine

OPENINGS = (Ledger.open, Ledger.open_to_read)


def statements(settings: Settings, *texts: str) -> None:
    """Runs SQL on a ledger behind the program's back."""
    if settings.ledger_url:
        with postgresql_engine(settings.ledger_url, to_write=True).begin() as connection:
            for text in texts:
                connection.exec_driver_sql(text)
        return
    with closing(sqlite3.connect(settings.ledger_file)) as connection, connection:
        for text in texts:
            connection.execute(text)


def make_version_3(settings: Settings) -> None:
    """A ledger as the last version before Alembic made it."""
    Ledger.open(settings).engine.dispose()
    gone = [f"DROP TABLE {name}" for name in ("failure", "lake_digest", "alembic_version")]
    statements(settings, *gone, "UPDATE schema_stamp SET version = 3")


def differences(engine: Engine) -> list[object]:
    """What a ledger's tables have that the models haven't, and the other way round."""
    with engine.connect() as connection:
        models = [Base.metadata, versions.STAMPS]
        return compare_metadata(MigrationContext.configure(connection), models)


@pytest.fixture
def settings(tmp_path: Path, ledger_url: str) -> Settings:
    return Settings(home=tmp_path / "home", ledger_url=ledger_url)


def test_the_models_are_of_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "sharing_pipeline.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == str(versions.VERSION)


def test_a_new_ledger_has_the_tables_of_the_models(settings: Settings) -> None:
    assert not Ledger.exists(settings)
    assert differences(Ledger.open(settings).engine) == []
    assert Ledger.exists(settings)


def test_an_older_ledger_gets_the_tables_of_the_models(settings: Settings) -> None:
    make_version_3(settings)
    ledger = Ledger.open(settings)
    assert differences(ledger.engine) == []
    assert len(list(settings.home.glob("ledger-before/*.db"))) == (not settings.ledger_url)


def test_several_that_open_it_at_once_migrate_it_once(settings: Settings) -> None:
    make_version_3(settings)
    with ThreadPoolExecutor(8) as several:
        engines = list(several.map(lambda _: Ledger.open(settings).engine, range(8)))
    assert differences(engines[-1]) == []
    assert len(list(settings.home.glob("ledger-before/*"))) == (not settings.ledger_url)


def test_several_that_make_one_at_once_make_it_once(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as several:
        engines = list(several.map(lambda _: Ledger.open(settings).engine, range(8)))
    assert differences(engines[-1]) == []


def test_a_migration_that_is_cut_off_changes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_version_3(settings)
    migrate = versions.migrate

    def cut_off(connection: Connection) -> None:
        migrate(connection)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(versions, "migrate", cut_off)
        Ledger.open(settings)
    statements(settings, "CREATE TABLE failure (id INTEGER)", "DROP TABLE failure")
    assert differences(Ledger.open(settings).engine) == []


@pytest.mark.parametrize("version", ["6", "77", "abc"])
@pytest.mark.parametrize("open_ledger", OPENINGS)
def test_a_newer_ledger_is_refused_in_one_sentence(
    settings: Settings, version: str, open_ledger: object
) -> None:
    Ledger.open(settings).engine.dispose()
    statements(settings, f"UPDATE alembic_version SET version_num = '{version}'")
    with pytest.raises(ConfigurationError, match=f"第 {version} 版结构.*换用更新的程序"):
        open_ledger(settings)


def test_the_command_says_so_in_one_line(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    Ledger.open(settings).engine.dispose()
    statements(settings, "UPDATE alembic_version SET version_num = '6'")
    for words in (["status"], ["nightly", "--date", "2026-11-22"]):
        result = CliRunner().invoke(main, [*words, "--home", str(tmp_path)])
        assert result.exit_code == 2
        assert "换用更新的程序" in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("open_ledger", OPENINGS)
def test_one_too_old_to_migrate_is_refused(settings: Settings, open_ledger: object) -> None:
    make_version_3(settings)
    statements(settings, "UPDATE schema_stamp SET version = 2")
    with pytest.raises(ConfigurationError, match="第 2 版，本程序只能从第 3 版起更新它"):
        open_ledger(settings)


def test_whoever_looks_leaves_an_older_ledger_as_it_is(settings: Settings) -> None:
    make_version_3(settings)
    if settings.ledger_url:
        with pytest.raises(ConfigurationError, match="请先运行一次 sharing nightly"):
            Ledger.open_to_read(settings)
        return
    with Ledger.open_to_read(settings).session() as session:
        assert session.scalar(select(func.count()).select_from(Snapshot)) == 0
    with closing(sqlite3.connect(settings.ledger_file)) as connection:
        [(version,)] = connection.execute("SELECT version FROM schema_stamp").fetchall()
    assert version == 3


def test_the_program_before_alembic_refuses_what_this_one_makes(settings: Settings) -> None:
    """It looks into schema_stamp only, where it wants to find 3."""
    with Ledger.open(settings).engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT version FROM schema_stamp").scalars().all()
    assert found == [4]
