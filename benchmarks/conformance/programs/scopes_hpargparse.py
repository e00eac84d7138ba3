"""As the README says."""

import hpargparse
from hpman.m import _
from report import report_models


class Block:
    def __init__(self):
        self.depth = _("depth", 2, range=[1, 9])
        self.act = _("act", "relu", choices=["relu", "tanh"])
        self.rate = _("rate", 0.1)


class Model:
    def __init__(self):
        with _.scope("encoder"):
            self.encoder = Block()
        with _.scope("decoder"):
            self.decoder = Block()


def main():
    hpargparse.parse_args(_, __file__)
    with _.scope("teacher"):
        teacher = Model()
    with _.scope("student"):
        student = Model()
    report_models(teacher=teacher, student=student)


if __name__ == "__main__":
    main()
