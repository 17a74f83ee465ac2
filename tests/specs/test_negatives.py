import pytest
from pydantic import ValidationError

from enngene_core.specs.negatives import NegativesSpec


def test_tolerances_widen_to_the_widest() -> None:
    assert NegativesSpec().tolerances == (0.5, 2, 4, 8, 10)
    assert NegativesSpec(tolerance=10).tolerances == (2.5, 10)
    assert NegativesSpec(tolerance=0).tolerances == (0, 10)
    assert len(NegativesSpec(tolerance=1e-300).tolerances) < 9


def test_distances_double() -> None:
    assert NegativesSpec(method="flank", distance=50).distances[:3] == (50, 100, 200)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"ratio": 0}, "greater than 0"),
        ({"ratio": float("nan")}, "finite"),
        ({"ratio": 1001}, "less than or equal to 1000"),
        ({"method": "shuffle", "k": 4}, "less than or equal to 3"),
        ({"k": 3}, "--k needs --method shuffle"),
        ({"distance": 5}, "--distance needs --method flank"),
        ({"method": "flank", "tolerance": 5}, "--tolerance needs --method gc"),
        ({"method": "shuffle", "gap": 5}, "--gap needs --method gc or genome or flank"),
        ({"method": "shuffle", "allow_n": True}, "--allow-n needs"),
        ({"method": "flank", "gap": 2000}, "leaves no room within --distance 1000"),
        ({"tolerance": 20}, "is more than --widest-tolerance 10"),
        ({"method": "random"}, "'gc', 'shuffle', 'genome' or 'flank'"),
    ],
)
def test_refusals(values: dict[str, object], expected: str) -> None:
    with pytest.raises(ValidationError) as raised:
        NegativesSpec.model_validate(values)
    assert expected in str(raised.value)


def test_every_parameter_is_described() -> None:
    for name, field in NegativesSpec.model_fields.items():
        assert field.description and field.description.endswith("."), name
