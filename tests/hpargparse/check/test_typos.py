"""Names that are so alike that one of them may be a slip."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from hpargparse.check import lexicon, typos as similar
from hpargparse.check.typos import AGENT, FORM, SLIP, SPELLING, Similar, may_be_one
from hpman import NotLiteralEvaluable


def _how(first: str, second: str) -> str | None:
    """Tell how the second of two names is like the first."""
    names = Similar(".")
    names.add(first)
    return next((each.how for each in names.others(second)), None)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("weight_decay", "weigth_decay", id="swapped"),
        pytest.param("batch_size", "batch_szie", id="swapped in a word of four letters"),
        pytest.param("decay", "edcay", id="swapped at the start"),
        pytest.param("momentum", "momntum", id="missing"),
        pytest.param("epoch", "epch", id="missing in a word of five letters"),
        pytest.param("learning_rate", "learning_rte", id="missing in a short word of a long name"),
        pytest.param("learning_rate", "learning_rat", id="missing at the end of a short word"),
        pytest.param("dropout", "droppout", id="too many"),
        pytest.param("temperature", "temperiture", id="wrong"),
        pytest.param("learning_rate", "learnin_rate", id="missing at the end"),
        pytest.param("momentum", "momentun", id="wrong at the end"),
        pytest.param("accuracy", "accuracyy", id="doubled at the end"),
        pytest.param("class", "classs", id="doubled s"),
        pytest.param("epochs", "epochd", id="wrong for a plural"),
        pytest.param("kernel", "kerner", id="wrong r"),
        pytest.param("use_bias", "use_baias", id="too many in a short word"),
        pytest.param("use_bias", "use_biass", id="doubled at the end of a short word"),
        pytest.param("beta", "betta", id="doubled in a short word"),
        pytest.param("modelWeight", "modelWieght", id="camel case"),
        pytest.param("größenmaß", "größemnaß", id="not ASCII"),
        pytest.param("states", "staets", id="a known word, and none"),
    ],
)
def test_a_slip_is_told(first: str, second: str) -> None:
    assert _how(first, second) == SLIP
    assert _how(second, first) == SLIP


# Names of the settings of well-known models, optimizers and trainers, each with a slip of it.
SLIPS = """
    learning_rate lerning_rate | learning_rate learnig_rate | learning_rate learing_rate
    learning_rate learning_raet | learning_rate learning_ratee | learning_rate leanring_rate
    weight_decay weight_deacy | weight_decay wieght_decay
    weight_decay weight_decy | batch_size bacth_size | batch_size bathc_size
    batch_size batch_sze | batch_size batch_siz | hidden_size hiden_size
    hidden_size hidden_siez | hidden_dim hiddem_dim | hidden_dropout_prob hidden_droput_prob
    dropout dropuot | dropout droput | dropout dorpout | momentum momemtum | momentum momentm
    momentum mometum | warmup_steps wramup_steps | warmup_steps warmpu_steps
    warmup_steps warmup_setps | num_epochs num_epohcs | num_epochs num_eopchs
    max_epochs max_epocsh | num_layers num_layesr | num_layers num_lyers
    num_attention_heads num_attenton_heads | num_attention_heads num_attention_haeds
    num_hidden_layers num_hiden_layers | intermediate_size intermidiate_size
    vocab_size vocab_szie | vocab_size vcoab_size | max_position_embeddings max_postion_embeddings
    initializer_range initialzer_range | layer_norm_eps layer_nrom_eps
    label_smoothing label_smothing | label_smoothing lable_smoothing
    gradient_accumulation_steps gradient_acumulation_steps
    gradient_accumulation_steps gradient_accumulation_stpes
    gradient_checkpointing gradient_chekpointing | max_grad_norm max_grda_norm
    adam_beta1 adma_beta1 | adam_epsilon adam_epsilom | scheduler schedueler
    lr_scheduler_type lr_schedular_type | optimizer optimzer | optimizer optimiser
    temperature temprature | temperature temperatur | embedding_dim embeding_dim
    embedding_dim embdeding_dim | seed sede | patience pateince | patience patiance
    num_workers num_wrokers | num_workers num_workesr | pretrained pretraind
    checkpoint checkpiont | checkpoint chekpoint | output_dir ouptut_dir
    activation activaton | hidden_act hiddne_act | kernel_size kernal_size
    kernel_size kernel_siez | padding paddding | stride stirde | dilation dialtion
    image_size imgae_size | patch_size ptach_size | augmentation augmentaton
    normalize normalise | normalize nromalize | precision percision | device deivce
    discount dicsount | replay_buffer replay_bufer | target_update target_upadte
    exploration explortion | entropy_coef entorpy_coef | bias bais | loss lsos | path ptah
    gamma gmama | gamma gama | alpha aplha | sigma simga | width widht | depth detph
    shuffle shufle | margin margni | threshold treshold | threshold threshhold
    opt.weight_decay opt.weigth_decay | model.num_layers model.num_layres
    data.batch_size data.bathc_size | encoder.dropout encoder.dropotu
"""


def _pairs(table: str) -> list[tuple[str, ...]]:
    """Read a table of pairs."""
    return [tuple(each.split()) for line in table.strip().splitlines() for each in line.split("|")]


@pytest.mark.parametrize(("first", "second"), _pairs(SLIPS))
def test_a_slip_in_a_name_of_a_model_is_told(first: str, second: str) -> None:
    assert _how(first, second)
    assert _how(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("learning_rate", "learningRate", id="case"),
        pytest.param("lr", "Lr", id="case of two letters"),
        pytest.param("lr", "LR", id="capitals"),
        pytest.param("hidden_size", "hiddensize", id="no underscore"),
        pytest.param("lr_1", "lr1", id="underscore before a digit"),
        pytest.param("opt.lr", "opt.LR", id="case below a branch"),
        pytest.param("T_max", "t_max", id="case of one of several letters"),
        pytest.param("lambda", "lambda_", id="underscore at the end"),
    ],
)
def test_another_spelling_is_told(first: str, second: str) -> None:
    assert _how(first, second) == SPELLING
    assert _how(second, first) == SPELLING


# Most of these pairs stand in one signature or one configuration of a published library.
MEANT = """
    lr1 lr2 | lr lr2 | lr wd | beta1 beta2 | beta_1 beta_2 | betas etas | x y | x_ y | K k | T t
    T_0 t_0 | opt.K opt.k | max_x min_x | x_min x_max | x_min x_mid | kernel_h kernel_w
    stride_h stride_w | pad_h pad_w | img_h img_w | in_dim out_dim | in_dim on_dim
    in_channels out_channels | d_model n_model | d_k d_v | num_q num_k | w_q w_k
    batch_size patch_size | height weight | width height | atol rtol | xtol gtol | rtol tol
    bos_token_id eos_token_id | boi_token_id eoi_token_id | bos_token eos_token | eps fps
    qk_nope_head_dim qk_rope_head_dim | kdim vdim | ndim dim | klen qlen | dtype type
    output_dtype output_type | prev_act_scale pre_act_scale | top_k top_p | topk_rate top_rate
    prefix suffix | input output | inner outer | encoder decoder | form from | load_form load_from
    warp_size wrap_size | sign sing | mode model | modes models | num_modes num_models
    train trail | train_steps trail_steps | seed speed | state stage | states stages
    num_states num_stages | num_slices num_slides | content_weight context_weight
    max_internal max_interval | use_latent use_latest | load_latent load_latest | strict struct
    sharding_strategy sharing_strategy | shared sharded | sample simple | sampler simpler
    expert export | num_expert num_export | indent intent | loading_steps leading_steps
    training_ratio trailing_ratio | retain_graph retrain_graph | scoring storing
    pooling polling | masking marking | path patch | path_size patch_size | word world
    num_words num_worlds | bbox box | bbox_loss box_loss | bboxes boxes
    phase phrase | phases phrases
    stable stale | remote remove | scalar scaler | insert invert | change charge | action auction
    mistral mixtral | quantile quantize | contract contrast | float_bits flat_bits
    stop step | stop_size step_size | side_size size_size | axes axis | bias bits | bias bins
    hidden_ids hidden_idx | image_ids image_idx | csc csr | fnr fpr | mlm_weight mim_weight
    drop_prob drop_proj | pred_size prev_size | mask task | mask_rate task_rate | node mode
    layer player | axisa axisb | xaxis yaxis | lstrip rstrip | hflip vflip | bwd_bias fwd_bias
    conv1_1 conv11 | weight_decay weight-decay | model.width data.width
    step_size_a step_size_b | word_2_vectors word_3_vectors | train_loader trian_laoder
    opt.weight_decay opt.weight_dacey | actor_lr critic_lr | lr_d lr_g | netG netD
    coef_x coef_y | d_loss g_loss | fc1 fc2 | l1 l2 | p q | mu nu | rho tau
    init_range int_range | gelu gel | use_relu use_rel
"""


@pytest.mark.parametrize("names", _pairs(MEANT), ids=" ".join)
def test_names_that_are_meant_are_left_alone(names: tuple[str, str]) -> None:
    assert _how(*names) is None
    assert _how(*reversed(names)) is None


@pytest.mark.parametrize(
    "names",
    [
        "layer layers",
        "train trains",
        "encoder encoded",
        "scaler scales",
        "source sources",
        "bit bits",
        "hidden_size hidden_sizes",
        "scheduler schedulers",
        "encoders encodes",
        "factor factory",
        "enable enabled",
    ],
)
def test_a_form_of_a_word_is_told_as_one(names: str) -> None:
    assert _how(*names.split()) == FORM
    assert _how(*reversed(names.split())) == FORM


@pytest.mark.parametrize(
    "names", ["encode encoder", "optimize optimizer", "use_sample use_sampler"]
)
def test_a_verb_and_what_does_it_are_told(names: str) -> None:
    assert _how(*names.split()) == AGENT


OPEN = NotLiteralEvaluable(expression="x")


@pytest.mark.parametrize(
    ("how", "one", "other", "is_one"),
    [
        pytest.param(SPELLING, 1, "a", True, id="spelling, whatever the defaults"),
        pytest.param(SLIP, 0.1, 1, True, id="numbers"),
        pytest.param(SLIP, [1], (2, 3), True, id="sequences"),
        pytest.param(SLIP, "a", "b", True, id="texts"),
        pytest.param(SLIP, None, "b", True, id="none"),
        pytest.param(SLIP, 3, OPEN, True, id="expression"),
        pytest.param(SLIP, True, 1, False, id="a flag is no number"),
        pytest.param(SLIP, 3, "3", False, id="a number is no text"),
        pytest.param(FORM, 12, 12, True, id="forms with one default"),
        pytest.param(FORM, 12, 12.0, True, id="forms with one number"),
        pytest.param(FORM, "relu", "relu", True, id="forms with one text"),
        pytest.param(FORM, 12, 6, False, id="forms with two defaults"),
        pytest.param(FORM, "relu", "gelu", False, id="forms with two texts"),
        pytest.param(FORM, 1, 1, False, id="forms with a common number"),
        pytest.param(FORM, True, True, False, id="forms with one flag"),
        pytest.param(FORM, "", "", False, id="forms with nothing"),
        pytest.param(FORM, None, None, False, id="forms without defaults"),
        pytest.param(FORM, OPEN, OPEN, False, id="forms with one expression"),
        pytest.param(AGENT, "adam", "sgd", True, id="a verb that is a text"),
        pytest.param(AGENT, 12, 12, True, id="a verb with one default"),
        pytest.param(AGENT, True, "bpe", False, id="a verb that is a flag"),
        pytest.param(AGENT, True, False, False, id="two flags"),
    ],
)
def test_defaults_tell_whether_two_names_may_be_one(
    how: str, one: object, other: object, is_one: bool
) -> None:
    assert may_be_one(how, one, other) is is_one
    assert may_be_one(how, other, one) is is_one


def test_those_that_came_first_are_named_first() -> None:
    names = Similar(".")
    for name in ("dropoout", "lr", "dropout", "dropuots", "Dropuot"):
        names.add(name)
    assert [each.name for each in names.others("dropuot")] == ["dropout", "dropuots", "Dropuot"]


@pytest.mark.parametrize(("size", "how"), [(25, SLIP), (26, None)])
def test_a_word_that_is_too_long_to_look_up_is_left_alone(size: int, how: str | None) -> None:
    assert _how("ab" * size, f"{'ab' * (size - 1)}ba") == how


def test_no_word_of_the_lexicon_is_there_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar, "are_both_known", lambda _one, _other: False)
    words = sorted(lexicon._WORDS)
    alike = {
        word
        for ending in ("", "s")
        for word in words
        for other in words
        if similar._likeness(word + ending, other + ending, rest=9) == SLIP
    }
    assert set(words) == alike


@given(st.text("abcdeXY_-.1", max_size=12), st.text("abcdeXY_-.1", max_size=12))
def test_likeness_goes_both_ways(first: str, second: str) -> None:
    assert _how(first, second) == _how(second, first)


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_any_name_can_be_asked_for(name: str) -> None:
    assert _how(name, name) is None
