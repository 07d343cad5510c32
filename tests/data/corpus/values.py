"""Cells, dates and units that cannot be read as they stand."""

from tests.data.corpus.base import (
    ANC,
    HB,
    HEADER,
    PLT,
    RET,
    ROWS,
    WBC,
    cell,
    left_out_row,
    manifest,
    read_row,
    save,
    table,
)


def cells():
    for name, text, code in (
        ("decimal_comma", "9,2", "decimal_comma"),
        ("space_unit", "9.2 g/dl", ""),
        ("flag_low", "9.2 L", "lab_flag"),
        ("flag_star", "9.2*", "lab_flag"),
        ("flag_bracket", "9.2 (L)", "lab_flag"),
        ("flag_arrow", "9.2↓", "lab_flag"),
        ("about", "~9.2", "approximate"),
        ("circa", "ca. 9,2", "decimal_comma"),
        ("full_width", "９.２", "full_width"),
        ("equals_sign_alone", "= 9.2", "formula_text"),
    ):
        if code == "":
            continue
        cell(name, text, code, None if code == "formula_text" else 9.2)
    for name, text, code in (
        ("letter_o", "1O.2", "letter_o"),
        ("letter_l", "l1.2", "letter_o"),
        ("two_points", "9..2", "two_points"),
        ("two_points_apart", "9.2.1", "two_points"),
        ("range", "9-10", "range"),
        ("range_words", "9 to 10", "range"),
        ("slash", "9/2", "two_points"),
        ("text", "see letter", "not_a_number"),
        ("word_low", "low", "not_a_number"),
        ("infinite", "1e309", "not_finite"),
        ("inf", "inf", "not_a_number"),
        ("negative", "-9.2", "negative"),
        ("minus_sign", "−9.2", "negative"),
        ("excel_ref", "#REF!", "excel_error"),
        ("excel_div", "#DIV/0!", "excel_error"),
        ("excel_na", "#N/A", "excel_error"),
        ("excel_value", "#VALUE!", "excel_error"),
        ("formula", "=B2*2", "formula_text"),
        ("formula_cmd", "=cmd|' /C calc'!A0", "formula_text"),
        ("at_sum", "@SUM(1;2)", "not_a_number"),
        ("plus_plus", "++", "two_points"),
        ("true", "TRUE", "not_a_number"),
        ("comma_end", "9,", "two_points"),
        ("hex", "0x9", "not_a_number"),
        ("roman", "IX", "not_a_number"),
        ("html", "<b>9.2</b>", "not_a_number"),
        ("emoji", "9.2 🩸", "not_a_number"),
        ("clotted", "clotted", "spoiled"),
        ("hemolyzed", "hemolyzed", "spoiled"),
        ("thousands", "1,234", "value_impossible"),
        ("month", "3-May", "not_a_number"),
        ("brackets", "(9.2", "not_a_number"),
        ("semicolon", "9;2", "not_a_number"),
        ("zero", "0", "value_impossible"),
        ("g_per_l", "92", "unit_slip"),
        ("hundred", "920", "value_impossible"),
        ("too_high", "30", "unit_slip"),
        ("tiny", "0.092", "value_impossible"),
    ):
        cell(name, text, code, None)
    cell("two_values", "9.2 9.4", "two_points", None)
    cell("quoted_formula", "'=9.2", "not_a_number", None)
    cell("platelets_per_ul", "31000", "unit_slip", None, PLT)
    cell("platelets_150000", "150000", "unit_slip", None, PLT, 3)
    cell("platelets_zero", "0", "value_impossible", None, PLT)
    cell("platelets_ten_thousands", "3.1", "course_jump", 3.1, PLT)
    cell("platelets_limit", "<10", "limit_is_kept", 10.0, PLT)
    manifest["cell_platelets_limit.csv"]["expect"] = []
    cell("platelets_thousand_space", "31 000", "unit_slip", None, PLT)
    cell("neutrophils_3000", "3000", "unit_slip", None, ANC)
    cell("neutrophils_above_white", "5.5", "part_exceeds_white_cells", 5.5, ANC)
    cell("neutrophils_per_ul_small", "60", "part_exceeds_white_cells", None, ANC)
    cell("white_per_ul", "2400", "unit_slip", None, WBC)
    cell("white_in_hundreds", "24", "course_jump", 24.0, WBC)
    cell("reticulocytes_percent", "1.6", "course_jump", 1.6, RET)
    cell("reticulocytes_per_ul", "45000", "unit_slip", None, RET)


def dates():
    for name, date, code in (
        ("february_30", "2024-02-30", "date_impossible"),
        ("month_13", "2024-13-01", "date_impossible"),
        ("day_0", "2024-03-00", "date_impossible"),
        ("both_over_12", "13/14/2024", "date_impossible"),
        ("february_29_2023", "29.02.2023", "date_impossible"),
        ("year_only", "2024", "date_incomplete"),
        ("year_month", "2024-03", "date_incomplete"),
        ("month_year", "03/2024", "date_incomplete"),
        ("word", "spring", "date_unreadable"),
        ("missing", "", "date_missing"),
        ("unknown", "unknown", "date_missing"),
        ("future", "2124-03-14", "date_future"),
        ("year_0024", "0024-03-14", "date_too_old"),
        ("year_1900", "1900-03-14", "date_too_old"),
        ("three_digits", "14.03.224", "date_unreadable"),
        ("range", "2024-03-14 to 16", "date_unreadable"),
        ("excel_error", "#VALUE!", "date_unreadable"),
        ("small_number", "59", "date_unreadable"),
        ("letters_in_day", "2O24-03-14", "date_unreadable"),
        ("long_number", "1710374400", "date_unreadable"),
        ("week", "2024-W11", "date_unreadable"),
        ("unknown_month", "14-Foo-2024", "date_unreadable"),
        ("formula", "=TODAY()", "date_unreadable"),
    ):
        left_out_row(name, date, code)
    for name, date, code in (
        ("excel_serial", "45365", "excel_serial"),
        ("two_digit_year", "14.03.24", "two_digit_year"),
        ("serial_with_time", "45365.5", "excel_serial"),
    ):
        read_row(name, date, code)
    swapped = [
        [row[0], f"{day:02d}/{month:02d}/2024", *row[2:]]
        for row, (day, month) in zip(ROWS, ((3, 1), (4, 2), (5, 3), (6, 4)), strict=True)
    ]
    save("date_all_ambiguous.csv", table(HEADER, swapped), ["date_order", "nothing_read"], n_charts=0)
    mixed = [list(row) for row in swapped]
    mixed[0][1], mixed[1][1] = "25/01/2024", "02/25/2024"
    save("date_both_orders.csv", table(HEADER, mixed), "date_order_mixed", n_values=10)
    proved = [list(row) for row in swapped]
    proved[0][1] = "25/01/2024"
    save("date_order_proved.csv", table(HEADER, proved), "date_order_proved", n_values=20)
    declared = [HEADER[0], "date (dd/mm/yyyy)", *HEADER[2:]]
    save("date_order_declared.csv", table(declared, swapped), "date_order_declared", n_values=20)
    dashes = [[row[0], row[1].replace("/", "-"), *row[2:]] for row in swapped]
    save("date_ambiguous_dashes.csv", table(HEADER, dashes), "date_order", n_charts=0)
    days = [[row[0], f"week {index}", *row[2:]] for index, row in enumerate(ROWS)]
    save("day_words.csv", table([HEADER[0], "day", *HEADER[2:]], days), "day_unreadable", n_charts=0)
    save(
        "day_too_large.csv",
        table([HEADER[0], "day", *HEADER[2:]], [[row[0], "20240115", *row[2:]] for row in ROWS]),
        "day_unreadable",
        n_charts=0,
    )


def units():
    def column(name, index, header, numbers, expect, n_values):
        head, rows = list(HEADER), [list(row) for row in ROWS]
        head[index] = header
        for row, number in zip(rows, numbers, strict=True):
            row[index] = number
        save(f"unit_{name}.csv", table(head, rows), expect, n_values=n_values)

    column("hb_g_per_l_as_g_per_dl", HB, "Hb (g/dL)", ["71", "80", "92", "104"], "unit_impossible", 16)
    column("hb_missing", HB, "Hb", ["7.1", "8.0", "9.2", "10.4"], "unit_assumed", 20)
    column("hb_missing_g_per_l", HB, "Hb", ["71", "80", "92", "104"], "unit_inferred", 20)
    column("hb_missing_mixed", HB, "Hb", ["7.1", "80", "9.2", "10.4"], ["unit_assumed", "unit_slip"], 19)
    column("hb_unknown", HB, "Hb (bananas)", ["7.1", "8.0", "9.2", "10.4"], "unit_unknown", 16)
    column("hb_count_unit", HB, "Hb (10^9/L)", ["7.1", "8.0", "9.2", "10.4"], "unit_unknown", 16)
    column(
        "plt_per_ul_as_1e9",
        PLT,
        "platelets (10^9/L)",
        ["12000", "15000", "31000", "64000"],
        "unit_impossible",
        16,
    )
    column("plt_missing_per_ul", PLT, "PLT", ["12000", "15000", "31000", "64000"], "unit_inferred", 20)
    column("plt_missing", PLT, "PLT", ["12", "15", "31", "64"], "unit_inferred", 20)
    column("plt_missing_mixed", PLT, "PLT", ["12", "15000", "31", "64"], ["unit_assumed", "unit_slip"], 19)
    column("plt_decimals", PLT, "platelets (10^9/L)", ["1.2", "1.5", "3.1", "6.4"], "unit_doubtful", 20)
    column("plt_grams", PLT, "platelets (g/dL)", ["12", "15", "31", "64"], "unit_unknown", 16)
    column("anc_per_ul_as_1e9", ANC, "ANC (10^3/uL)", ["300", "500", "1100", "1700"], "unit_impossible", 16)
    column("anc_missing_per_ul", ANC, "ANC", ["300", "500", "1100", "1700"], "unit_inferred", 20)
    column("anc_missing_open", ANC, "ANC", ["30", "50", "60", "55"], "unit_missing", 16)
    column("anc_percent", ANC, "neutrophils (%)", ["20", "28", "46", "55"], "count_derived", 20)
    column("anc_percent_over_100", ANC, "neutrophils (%)", ["20", "128", "46", "55"], "value_impossible", 19)
    column("ret_percent", RET, "reticulocytes (%)", ["0.4", "0.8", "1.5", "2.0"], "reticulocytes_relative", 20)
    column("ret_permille", RET, "Retikulozyten (‰)", ["4", "8", "15", "20"], "reticulocytes_relative", 20)
    column("ret_missing", RET, "retics", ["0.4", "0.8", "1.5", "2.0"], "unit_missing", 16)
    column("ret_percent_as_1e9", RET, "reticulocytes (10^9/L)", ["0.4", "0.8", "1.5", "2.0"], "unit_doubtful", 20)
    column("wbc_per_ul_as_1e9", WBC, "WBC (10^9/L)", ["1600", "1800", "2400", "3100"], "unit_impossible", 16)
    column("wbc_unknown", WBC, "WBC (per field)", ["1.6", "1.8", "2.4", "3.1"], "unit_unknown", 16)
    head = [*HEADER, "Hct (%)"]
    save(
        "unit_hb_mmol_beside_hematocrit.csv",
        table(head, [[*row, text] for row, text in zip(ROWS, ("34", "39", "44", "50"), strict=True)]),
        "hemoglobin_hematocrit",
        n_values=20,
    )
    save(
        "unit_cellularity_fraction_as_percent.csv",
        table(
            [*HEADER, "marrow cellularity (%)"],
            [[*row, "0.1" if index == 0 else ""] for index, row in enumerate(ROWS)],
        ),
        "unit_impossible",
        n_values=20,
    )
    save(
        "unit_percent_without_white_cells.csv",
        table(["patient", "date", "neutrophils (%)", "Hb (g/dL)"], [["A-1", "2024-01-15", "20", "7.1"]]),
        "share_unused",
        n_values=1,
    )
    both = [[*row, text] for row, text in zip(ROWS, ("60", "28", "46", "55"), strict=True)]
    save(
        "unit_percent_disagrees.csv",
        table([*HEADER, "neutrophils (%)"], both),
        "share_disagrees",
        n_values=20,
    )
    long = [
        ["A-1", "2024-01-15", "PLT", "12", "10^9/L"],
        ["A-1", "2024-02-13", "PLT", "15000", "10^9/L"],
        ["A-1", "2024-03-14", "PLT", "31", "10^9/L"],
    ]
    save(
        "unit_long_slip.csv",
        table(["patient", "date", "test", "value", "unit"], long),
        "unit_slip",
        n_values=2,
    )
    save(
        "unit_long_unknown.csv",
        table(["patient", "date", "test", "value", "unit"], [["A-1", "2024-01-15", "PLT", "12", "furlongs"]]),
        "unit_unknown",
        n_values=0,
    )
    save(
        "unit_long_test_unknown.csv",
        table(
            ["patient", "date", "test", "value", "unit"],
            [*long[:1], ["A-1", "2024-01-15", "zonulin", "3", "ng/mL"]],
        ),
        "test_unknown",
        n_values=1,
    )
    save(
        "unit_long_comma.csv",
        table(
            ["patient", "date", "test", "value", "unit"],
            [["A-1", "2024-01-15", "ferritin", "1,234", "ng/mL"], *long[:1]],
        ),
        "comma_two_ways",
        n_values=1,
    )
