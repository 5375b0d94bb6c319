"""A vendor on loopback and a stopped clock for the tests of this room."""

from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer

import pytest
from scripted_vendor import StoppedClock, Vendor, serve


@pytest.fixture
def make_vendor() -> Iterator[Callable[[], Vendor]]:
    made: list[tuple[Vendor, ThreadingHTTPServer]] = []

    def make() -> Vendor:
        vendor = Vendor()
        made.append((vendor, serve(vendor)))
        return vendor

    yield make
    for vendor, server in made:
        vendor.released.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def vendor(make_vendor: Callable[[], Vendor]) -> Vendor:
    return make_vendor()


@pytest.fixture
def stopped() -> StoppedClock:
    return StoppedClock()
