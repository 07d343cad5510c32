"""Random charts for property tests: legal by construction, made from the published word lists."""

from hypothesis import strategies as st

from hscape.chart import (
    ANALYTES,
    ASSAYS,
    CLONE_KINDS,
    COPY_STATES,
    EVENT_KINDS,
    FLAGS,
    PRODUCTS,
    SEXES,
    SPECIMENS,
    Chart,
    CloneMeasurement,
    DoseStep,
    Event,
    HlaLocus,
    Measurement,
    Transfusion,
    Treatment,
)

days = st.integers(-2000, 8000).map(float)
fractions = st.floats(0, 1, allow_nan=False).map(lambda number: round(number, 6))
words = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cs", "Cc")), max_size=12
).map(lambda text: " ".join(text.split()))
names = st.text("abcdefghij_0123456789", min_size=1, max_size=8)
codes = st.from_regex(r"[A-Z]{1,3}-[0-9]{1,4}", fullmatch=True)


@st.composite
def measurements(draw):
    analyte = ANALYTES[draw(st.sampled_from(sorted(ANALYTES)))]
    value = round(draw(st.floats(analyte.low, analyte.high, allow_nan=False)), 4)
    return Measurement(
        day=draw(days),
        analyte=analyte.name,
        value=max(value, 0.0),
        censored=draw(st.sampled_from(("none", "none", "below", "above"))),
        flags=tuple(draw(st.lists(st.sampled_from(sorted(FLAGS)), max_size=2))),
    )


@st.composite
def clone_measurements(draw):
    depth = draw(st.integers(1, 5000))
    base = {
        "day": draw(days),
        "clone": draw(names),
        "kind": draw(st.sampled_from(sorted(CLONE_KINDS))),
        "assay": draw(st.sampled_from(ASSAYS)),
        "specimen": draw(st.sampled_from(SPECIMENS)),
        "copy_state": draw(st.sampled_from(COPY_STATES)),
        "gene": draw(st.sampled_from(("", "PIGA", "TET2"))),
        "variant": draw(words),
        "note": draw(words),
    }
    status = draw(st.sampled_from(("not_tested", "not_assessable", "negative", "positive")))
    if status == "positive":
        base |= draw(
            st.sampled_from(
                (
                    {"alt": depth // 3, "depth": depth},
                    {"vaf_fraction": 0.25},
                    {"cell_fraction": 0.5, "n_cells": 200},
                    {"baf": 0.7},
                )
            )
        )
    if status == "negative":
        base |= {"detection_limit_fraction": draw(fractions)}
    return CloneMeasurement(status=status, is_allele_aware=draw(st.sampled_from((None, True, False))), **base)


@st.composite
def treatments(draw):
    start = draw(days)
    return Treatment(
        name=draw(names),
        start_day=start,
        end_day=draw(st.none() | st.just(start + 30)),
        dose=draw(st.none() | st.floats(0, 1000).map(lambda x: round(x, 3))),
        dose_unit=draw(st.sampled_from(("", "mg/d"))),
        detail=draw(words),
        taper=tuple(DoseStep(day=start + step, dose=100.0 / step) for step in range(1, draw(st.integers(1, 3)))),
    )


@st.composite
def charts(draw):
    return Chart(
        patient_id=draw(codes),
        sex=draw(st.none() | st.sampled_from(SEXES)),
        age_years=draw(st.none() | st.integers(0, 100).map(float)),
        day_zero_meaning=draw(words.filter(bool)),
        measurements=tuple(draw(st.lists(measurements(), max_size=8))),
        clone_measurements=tuple(draw(st.lists(clone_measurements(), max_size=4))),
        treatments=tuple(draw(st.lists(treatments(), max_size=3))),
        transfusions=tuple(
            draw(
                st.lists(
                    st.builds(
                        Transfusion,
                        day=days,
                        product=st.sampled_from(PRODUCTS),
                        units=st.none() | st.integers(1, 6).map(float),
                    ),
                    max_size=3,
                )
            )
        ),
        hla_typing=tuple(
            draw(
                st.lists(
                    st.builds(HlaLocus, locus=st.sampled_from(("A", "B")), alleles=st.just(("A*01:01", "A*02:01"))),
                    max_size=1,
                )
            )
        ),
        events=tuple(
            draw(st.lists(st.builds(Event, day=days, kind=st.sampled_from(EVENT_KINDS), detail=words), max_size=3))
        ),
        notes=tuple(draw(st.lists(words, max_size=2))),
    )
