"""What the API server writes by itself counts as not written, and nothing else does."""

import pytest

from extproc.kubernetes.defaults import bare
from extproc.model.message import JsonObject


@pytest.mark.parametrize(
    ("written", "counts"),
    [
        ({"image": "x:1", "imagePullPolicy": "IfNotPresent"}, {"image": "x:1"}),
        ({"image": "x:1", "imagePullPolicy": "Always"}, {"image": "x:1", "imagePullPolicy": "Always"}),
        ({"image": "r:5000/x", "imagePullPolicy": "Always"}, {"image": "r:5000/x"}),
        ({"image": "x@sha256:0", "imagePullPolicy": "IfNotPresent"}, {"image": "x@sha256:0"}),
        ({"resources": {}}, {}),
        ({"resources": {"limits": {"cpu": "1"}}}, {"resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}}),
        ({"ports": [{"containerPort": 1, "protocol": "TCP"}]}, {"ports": [{"containerPort": 1}]}),
        ({"ports": [{"containerPort": 1, "protocol": "UDP"}]}, {"ports": [{"containerPort": 1, "protocol": "UDP"}]}),
        ({"probe": {"successThreshold": True}}, {"probe": {"successThreshold": True}}),
        (
            {
                "volumeMounts": [
                    {"name": "kube-api-access-1", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
                ]
            },
            {},
        ),
        (
            {"volumeMounts": [{"name": "kube-api-access-1", "mountPath": "/etc"}]},
            {"volumeMounts": [{"name": "kube-api-access-1", "mountPath": "/etc"}]},
        ),
    ],
)
def test_only_what_is_a_default_is_left_out(written: JsonObject, counts: JsonObject) -> None:
    assert bare(written) == counts
