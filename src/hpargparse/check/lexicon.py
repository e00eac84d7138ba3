"""Words that one letter tells from another word.

Owns which pairs of words are known to be two; knows no rule of likeness.
"""

from __future__ import annotations

# Found in the names, comments and docstrings of ten large libraries of machine learning.
# Most are in the singular: an `s` that both words end in does not count.
_WORDS = frozenset(
    """
    action adapt adapted adopt adopted alter angel angle assert asset auction back backed backend
    ban band bank bases basis bbox bboxes beat beta biases bin bind binding black blank block bond
    bonding bound box boxes brand callee caller caption case cast casual cat causal cause caution
    chain chan chance change charge clause clean cleaning clear clearing cloned cloning closed
    closing cls code codec coding coin cols coming compact compat con const content contest context
    contiguous continuous contract contrast conv converge converse cos cost count court dec decade
    decide decided deck decode decoded defect derive des desc dest detect device devise diverge
    diverse does dose draw drawn drive encode encore even event exist exit expand expect expend
    expert export extend extent fact failing fake falling fast fat fate feat feed filing filling
    final finale flake flat float font for forced form formal format formed forum four freed from
    front full fully fun func gain gan gel gelu grad grade grain grand hist hits hue huge identify
    identity indeed indent indexed infinite infinity init inner insert inserted int intend intent
    inter intern internal interp interval into invert inverted iter join joint lag lang last lat
    late latent later latest latter leading leak leaky lean learn least leaving left let letter lib
    lim limb lion loading loc lock log logger lon long longer loose lose lost lots main making
    marked marking masked masking master match math matter mean meant media median mid min mind
    mini mint mistral mixin mixing mixtral mod mode model module modulo mul mult multi multiple
    multiply naive native nest net neural neutral next noise nose opt overlap overlay own packed
    packing pad paid pair pan par para parity park parsed parsing part party passed passing past
    paste pat patch path per perm phase phrase picked picking pickled pin ping place plain plan
    plane plate point police policy polling pooling port pos pose post pot pprint pre present
    preset prev prevent print pro prob probe proc produce product proj project properly property
    protect quantile quantize quiet quite ran rand rang range ranging rank ranking read reader
    ready real recorder rel relay relu remain remote remove render reorder replay reply report
    reset resid reside resize resnet resort rest retain retrain root rot routine routing run rung
    safely safety sage sample sampler sat scalar scale scaler schema scheme score scored scoring
    seat seed sent sep set shape shaped shard sharded sharding share shared sharing sharp short
    shot show shown shrink shrunk side sig sign simple simpler sin since sine sing site slice
    slicing slide sliding smart sort span spawn speed stable stage stake stale start starting stat
    state stating step stepping stopping store stored storing strict stride strike string stripe
    strive strong struct style subset suite sunset tail tan tanh temp tempo than three tie tied
    tier tile tiled tiling time timing tire title tok top topk trace traced tracer tracing track
    tracked tracker tracking trail trailing train training tree trial trick tril tuned tuning
    turned turning uint unfused unit unload unscale until unused upload upscale util val vale valve
    vector victor waiting warp were where width win wind wing with won word world wrap writing
    """.split()
)


def are_both_known(one: str, other: str) -> bool:
    """Tell whether two words that are alike are known to be two.

    >>> are_both_known("content", "context"), are_both_known("stages", "states")
    (True, True)
    >>> are_both_known("content", "contnet")
    False
    """
    if one[-1:] == other[-1:] == "s" and {one[:-1], other[:-1]} <= _WORDS:
        return True
    return one in _WORDS and other in _WORDS
