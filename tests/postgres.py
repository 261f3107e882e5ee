"""A PostgreSQL server for tests and benchmarks: the one in INTERSPACE_TEST_POSTGRES, else one of our own."""

import os
import shutil
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from sqlalchemy import create_engine, make_url, text

_ACCOUNT = "postgres"


@contextmanager
def running_server(*, on_disk: bool = True) -> Iterator[str]:
    """The URL of a server where schemas may be created; one of our own ends with the context.

    One of our own keeps commits ``on_disk`` only if it shall: otherwise it does not wait for the disk.
    """
    given = os.environ.get("INTERSPACE_TEST_POSTGRES")
    if given:
        yield given
        return
    directory = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on import: no XDG_RUNTIME_DIR
            from pgserver.postgres_server import get_server
    except ImportError:
        with _installed_server(directory, on_disk=on_disk) as url:
            yield url
        return
    server = get_server(directory, cleanup_mode="delete")
    if not on_disk:
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()


@contextmanager
def fresh_schema(server: str) -> Iterator[str]:
    """A URL under which the database looks empty; a schema costs a millisecond, a database a hundred."""
    name = f"test_{uuid.uuid4().hex}"
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        yield _in_schema(server, name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        engine.dispose()


def _in_schema(server: str, name: str) -> sqlalchemy.URL:
    return make_url(server).update_query_dict({"options": f"-csearch_path={name}"})


@contextmanager
def _installed_server(directory: Path, *, on_disk: bool) -> Iterator[str]:
    """The machine's own binaries. PostgreSQL refuses to run as root, so root lends it another account."""
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        raise RuntimeError(
            "no PostgreSQL for the tests: set INTERSPACE_TEST_POSTGRES to a URL, install the development "
            "package pgserver, or put initdb and pg_ctl on the PATH"
        )
    account = _ACCOUNT if os.geteuid() == 0 else None
    if account is not None:
        shutil.chown(directory, account)

    def run(*command: str | Path) -> None:
        subprocess.run(command, check=True, user=account, cwd=directory, stdout=subprocess.DEVNULL)

    data = directory / "data"
    run("initdb", "--auth=trust", f"--username={_ACCOUNT}", "-D", data)
    options = f"-c listen_addresses='' -c fsync={'on' if on_disk else 'off'} -k {directory}"
    run("pg_ctl", "-w", "-D", data, "-l", directory / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://{_ACCOUNT}@/postgres?host={directory}"
    finally:
        run("pg_ctl", "-w", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(directory)
