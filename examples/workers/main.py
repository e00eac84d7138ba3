#!/usr/bin/env python3
import multiprocessing

import hpargparse
from hpman.m import _

import model


def work(sample):
    return model.loss(sample), _.fingerprint()


def main():
    method = _("start_method", "spawn", choices=["spawn", "forkserver", "fork"])
    count = _("workers", 2, range=[1, 64])
    print("aiming at {}".format(_("target", 3.0, help="what the samples should come to")))

    # The values are set by now: whoever starts a pool before would hand the defaults on.
    with multiprocessing.get_context(method).Pool(count) as pool:
        results = pool.map(work, range(4))

    print("losses:", [loss for loss, _fingerprint in results])
    fingerprints = {fingerprint for _loss, fingerprint in results}
    print("all agree:", fingerprints == {_.fingerprint()})


if __name__ == "__main__":
    hpargparse.parse_args(_, __file__)
    main()
