from hpman.m import hp


def test_depth():
    with hp.override({"model.depth": 2}), hp.scope("depth"):
        assert hp.get_value("model.depth") == 2
    hp.set_tree({"model": {"depth": 8}})
    hp.set_values({
        "encoder/model.depth": 3,  # the encoder is small
        "kind": "conv",
    })
