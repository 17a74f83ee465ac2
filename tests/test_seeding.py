from hypothesis import given
from hypothesis import strategies as st

from enngene_core.seeding import named_rng


@given(seed=st.integers(0, 2**32 - 1), name=st.text())
def test_a_seed_and_a_name_say_the_numbers(seed: int, name: str) -> None:
    assert named_rng(seed, name).integers(1 << 60) == named_rng(seed, name).integers(1 << 60)


def test_another_seed_or_name_gives_other_numbers() -> None:
    pairs = [(1, "split"), (2, "split"), (1, "order"), (0, "split")]
    assert len({int(named_rng(*pair).integers(1 << 60)) for pair in pairs}) == len(pairs)
