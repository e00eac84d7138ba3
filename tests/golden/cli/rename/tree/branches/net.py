import hpman.m as hm
from hpman.m import hp as conf

if conf("kind", "conv", choices=["conv", "depth"]) == "conv":
    LAYERS = conf("model.depth", 4, when={"kind": "conv"})
else:
    try:
        LAYERS = hm.hp("model.depth")
    except KeyError:
        LAYERS = 1
conf("model.drop", 0.5, when={"model.depth": [2, 4], "kind": "conv"})
