from hpman.m import _


class Block:
    def __init__(self):
        self.depth = _("depth", 2, range=[1, 9])
        self.opt = _("opt", {"lr": 1.0, "wd": 0})
        self.width = _("model.width", 3)


if __name__ == "__main__":
    with _.scope("encoder"):
        encoder = Block()
        with _.scope("inner"):
            inner = Block()
    print(vars(encoder), vars(inner), vars(Block()))
