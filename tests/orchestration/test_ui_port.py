"""The UI says at once that it cannot come up."""

import socket

import pytest

from orchestration import ui
from orchestration.settings import Refused


def test_a_taken_port_is_refused_before_anything_starts(settings):
    with socket.create_server((ui.HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Refused, match=f"port {port} is taken.*--port {port + 1}"):
            ui.serve(settings, port)
    assert not settings.home.exists()
    ui.refuse_taken(port)
