import pytest

from enngene_core.models.inference import rows_at_once
from enngene_core.models.network import build_network
from enngene_core.specs.network import ConvolutionLayer, NetworkSpec
from tests.models.networks import dataset_of


@pytest.mark.parametrize(("filters", "low", "high"), [(1, 1024, 1024), (4096, 8, 64)])
def test_batches_of_a_large_network_are_small(filters: int, low: int, high: int) -> None:
    """4,096 filters make 4 M numbers of a window of 1,000 nt, in a few layers: 1 GiB is 2^28."""
    layer = ConvolutionLayer(filters=filters, kernel=1, pooling=1)
    spec = NetworkSpec(branches={"sequence": (layer,)})
    model = build_network(spec, **dataset_of(spec, width=1000, n_classes=2).sizes)
    assert low <= rows_at_once(model, most=1024) <= high
    assert rows_at_once(model, most=1) == 1
