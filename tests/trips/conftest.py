"""One running service for each database; phones are told apart by name, so trips share it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make import make_district
from tests.postgres import new_database
from tests.trips.service import Service, running


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    return fresh_database(request, request.param, tmp_path_factory)


@pytest.fixture(scope="session")
def service(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(database_url, tmp_path_factory.mktemp("service")) as service:
        with service.sessions.begin() as db:
            make_district(db, hours="周一至周日 0:00-23:59")
        yield service


@pytest.fixture(autouse=True)
def no_complaints(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the platform's strict validation finds wrong fails the trip."""
    yield
    if "service" in request.fixturenames:
        platform = request.getfixturevalue("service").platform
        platform.faults.clear()
        complaints, platform.complaints[:] = list(platform.complaints), []
        assert not complaints, complaints


def fresh_database(request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an empty database of that kind."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('trip')}/trip.db"
    return new_database(request.getfixturevalue("postgres"))
