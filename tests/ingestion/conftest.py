"""A vendor on loopback and a stopped clock for the tests of this room."""

from collections.abc import Callable, Iterator

import pytest
from scripted_vendor import StoppedClock, Vendor, serve


@pytest.fixture
def make_vendor() -> Iterator[Callable[[], Vendor]]:
    servers = []

    def make() -> Vendor:
        vendor = Vendor()
        servers.append(serve(vendor))
        return vendor

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def vendor(make_vendor: Callable[[], Vendor]) -> Vendor:
    return make_vendor()


@pytest.fixture
def stopped() -> StoppedClock:
    return StoppedClock()
