"""Whether a worker makes a map just now."""

from pathlib import Path

from lstm.map_source import ModelSource
from lstm.maps import Maps
from lstm.order import Order


def test_a_map_that_waits_is_no_work_and_one_whose_heart_beats_is(tmp_path: Path) -> None:
    maps = Maps(tmp_path)
    assert not maps.at_work()
    order = Order(ModelSource("f" * 64, 0))
    maps.begin(order)
    assert not maps.at_work()
    maps.job(order.key).beat(1, 1.0)
    assert maps.at_work()
    maps.job(order.key).beat(1, 1.0, working=False)
    assert not maps.at_work()
