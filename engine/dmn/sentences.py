"""The sentences of this package, by code, in Chinese and English; and the error and the problem that carry them."""

from __future__ import annotations

from typing import Any

from engine.errors import BihuanError, Problem, word

SENTENCES: dict[str, tuple[str, str]] = {
    # ---- files
    "dmn_not_dmn": ("这不是 DMN 1.1 到 1.5 的文件。", "This is not a file of DMN 1.1 to 1.5."),
    "dmn_id_twice": ("标识“{element}”出现了两次。", "The id “{element}” occurs twice."),
    "dmn_too_many_rules": ("决策表有 {count} 条规则，最多 {limit} 条。",
                           "The table has {count} rules; at most {limit} are read."),
    "dmn_cycle": ("决策互相依赖，形成循环：{path}。", "The decisions require each other in a circle: {path}."),
    "dmn_too_deep": ("决策依赖的层次超过 {limit} 层：{path}。",
                     "The decisions require each other more than {limit} deep: {path}."),
    "dmn_import_missing": ("导入的模型“{name}”（{namespace}）没有提供。",
                           "The imported model “{name}” ({namespace}) is not there."),
    "dmn_requirement_missing": (
        "“{name}”所依赖的“{href}”不存在。", "“{name}” requires “{href}”, which does not exist."),
    "dmn_type_unknown": ("“{name}”的类型“{type}”没有定义。", "The type “{type}” of “{name}” is not defined."),
    "dmn_type_cycle": ("类型“{name}”以自身定义自身。", "The type “{name}” is defined by itself."),
    # ---- run time
    "decision_not_found": ("没有名为“{decision}”的决策。", "There is no decision “{decision}”."),
    "service_not_found": ("没有名为“{service}”的决策服务。", "There is no decision service “{service}”."),
    "decision_hits_several": (
        "决策表“{table}”要求只命中一条规则（UNIQUE），但第 {rows_zh} 行同时命中：{inputs_zh}。",
        "Table “{table}” allows one matching rule (UNIQUE), but rows {rows} match together: {inputs}."),
    "decision_any_differs": (
        "决策表“{table}”要求命中的规则结果一致（ANY），但第 {rows_zh} 行结果不同：{inputs_zh}。",
        "Table “{table}” wants matching rules to agree (ANY), but rows {rows} differ: {inputs}."),
    "decision_input_not_allowed": (
        "决策表“{table}”的“{column}”的值 {value} 不在允许的范围内：{allowed}。",
        "In table “{table}” the value {value} of “{column}” is not allowed: {allowed}."),
    "decision_hit_policy_unknown": ("决策表“{table}”的命中策略“{policy}”不存在。",
                                    "Table “{table}” has the unknown hit policy “{policy}”."),
    "decision_language": ("“{name}”使用了表达式语言“{language}”，只支持 FEEL。",
                          "“{name}” is written in “{language}”; only FEEL is evaluated."),
    "decision_function_kind": ("函数“{name}”的类型是 {kind}，只执行 FEEL 函数。",
                               "Function “{name}” is of kind {kind}; only FEEL functions are evaluated."),
    "decision_limit": (
        "决策“{decision}”超出了计算上限：{reason_zh}", "Decision “{decision}” went over a limit: {reason_en}"),
    "decision_refused": ("决策“{decision}”没有结果：{reason_zh}", "Decision “{decision}” gave no result: {reason_en}"),
    "decision_calls": (
        "知识模型互相调用超过 {limit} 层。", "Knowledge models call each other more than {limit} deep."),
    "decision_mapping_unknown": ("不认识的结果映射“{mapping}”。", "The result mapping “{mapping}” is unknown."),
    "decision_result_several": ("决策给出了 {count} 条结果，而 {mapping} 只允许一条。",
                                "The decision gave {count} results where {mapping} allows one."),
    "decision_entries_several": ("结果有多列（{names}），不能只取一个值。",
                                 "The result has several columns ({names}), not one value."),
    # ---- notes: why something is null
    "note_type": ("“{name}”的值 {value} 不是类型“{type}”，按空值处理。",
                  "The value {value} of “{name}” is not a {type}: taken as null."),
    "note_input_missing": ("没有给出输入“{name}”。", "The input “{name}” was not given."),
    "note_no_rule": ("决策表“{table}”没有命中任何规则：{inputs_zh}。", "No rule of table “{table}” matches: {inputs}."),
    "note_syntax": ("“{name}”的表达式有错：{reason_zh}", "The expression of “{name}” is broken: {reason_en}"),
    "note_name": ("“{decision}”用到的“{name}”不存在。", "“{name}”, used in “{decision}”, does not exist."),
    "note_no_logic": ("“{name}”没有决策逻辑。", "“{name}” has no decision logic."),
    # ---- check
    "dmn_cell_broken": ("决策表“{table}”第 {row} 行“{column}”列不是有效的 FEEL：{reason_zh}",
                        "Table “{table}”, row {row}, column “{column}” is not FEEL: {reason_en}"),
    "dmn_column_broken": ("决策表“{table}”的“{column}”列的{part_zh}不是有效的 FEEL：{reason_zh}",
                          "Table “{table}”, column “{column}”: its {part_en} is not FEEL: {reason_en}"),
    "dmn_column_empty": ("决策表“{table}”的“{column}”列没有表达式。",
                         "Table “{table}”, column “{column}” has no expression."),
    "dmn_nesting": ("文件嵌套太深。", "The file nests too deep."),
    "dmn_expression_broken": ("“{name}”的表达式不是有效的 FEEL：{reason_zh}",
                              "The expression of “{name}” is not FEEL: {reason_en}"),
    "dmn_expression_empty": ("“{name}”的表达式是空的。", "The expression of “{name}” is empty."),
    "dmn_decision_empty": ("决策“{name}”没有决策逻辑。", "Decision “{name}” has no logic."),
    "dmn_cells_count": ("决策表“{table}”第 {row} 行的格数不对：{found} 格，应为 {expected} 格。",
                        "Table “{table}”, row {row} has {found} cells where {expected} are needed."),
    "dmn_name_unknown": ("{where_zh}用到的名称“{name}”不存在（{hint_zh}）。",
                         "The name “{name}”, used in {where_en}, does not exist ({hint_en})."),
    "dmn_text_wrong": ("{where_zh}有错：{reason_zh}", "Wrong in {where_en}: {reason_en}"),
    "dmn_text_doubtful": ("{where_zh}有疑问：{reason_zh}", "Doubtful in {where_en}: {reason_en}"),
    "dmn_language": ("“{name}”使用了表达式语言“{language}”，只支持 FEEL。",
                     "“{name}” is written in “{language}”; only FEEL is supported."),
    "dmn_placeholder": ("“{name}”含有 ${{…}}；请改写为 FEEL。", "“{name}” holds a ${{…}}; write it in FEEL."),
    "dmn_function_kind": ("函数“{name}”的类型是 {kind}，不予执行；请用 FEEL 写。",
                          "Function “{name}” is of kind {kind}, which is never run; write it in FEEL."),
    "dmn_hit_policy": (
        "决策表“{table}”的命中策略“{policy}”不存在。", "Table “{table}” has the unknown hit policy “{policy}”."),
    "dmn_aggregation": ("决策表“{table}”的汇总方式“{aggregation}”不存在。",
                        "Table “{table}” has the unknown aggregation “{aggregation}”."),
    "dmn_aggregation_outputs": ("决策表“{table}”用 {aggregation} 汇总，只能有一个结果列。",
                                "Table “{table}” aggregates with {aggregation} and may have one output column only."),
    "dmn_no_output": ("决策表“{table}”没有结果列。", "Table “{table}” has no output column."),
    "dmn_output_unnamed": ("决策表“{table}”有多个结果列，每列都要有不同的名称。",
                           "Table “{table}” has several output columns: each needs a name of its own."),
    "dmn_no_priorities": ("决策表“{table}”的命中策略是 {policy}，但结果列没有列出允许的值，无法排序。",
                          "Table “{table}” is {policy}: its output columns must list their values in order."),
    "dmn_output_not_allowed": ("决策表“{table}”第 {row} 行“{column}”列的结果 {value} 不在允许的范围内：{allowed}。",
                               "Table “{table}”, row {row}: {value} is no allowed result of “{column}”: {allowed}."),
    "dmn_input_not_allowed": (
        "决策表“{table}”第 {row} 行“{column}”列的条件 {cell} 永远不会成立：允许的值是 {allowed}。",
                              "Table “{table}”, row {row}: {cell} of “{column}” can never hold; allowed is {allowed}."),
    "dmn_cell_never": ("决策表“{table}”第 {row} 行“{column}”列的条件 {cell} 永远不会成立。",
                       "Table “{table}”, row {row}: {cell} of “{column}” can never hold."),
    "dmn_cell_kind": ("决策表“{table}”第 {row} 行“{column}”列的条件 {cell} 与该列的类型（{kind}）不符，永远不会成立。",
                      "Table “{table}”, row {row}: {cell} of “{column}” is no {kind} and can never hold."),
    "dmn_overlap": ("决策表“{table}”第 {first} 行与第 {second} 行重叠（{policy}），例如：{example}。",
                    "Table “{table}”: rows {first} and {second} overlap ({policy}), for example: {example_en}."),
    "dmn_overlaps_more": ("决策表“{table}”还有 {count} 处重叠。", "Table “{table}” has {count} more overlaps."),
    "dmn_gap": (
        "决策表“{table}”缺少规则，例如：{example}。", "Table “{table}” has no rule for, for example: {example_en}."),
    "dmn_gaps_more": ("决策表“{table}”还缺少其他情况的规则。", "Table “{table}” misses further cases."),
    "dmn_rule_hidden": ("决策表“{table}”第 {row} 行永远不会命中：前面的规则已覆盖它。",
                        "Table “{table}”, row {row} never matches: the rows before it cover it."),
    "dmn_too_large_to_check": ("决策表“{table}”太大，重叠和缺漏没有全部检查。",
                               "Table “{table}” is too large: overlaps and gaps were not all checked."),
}


def sentence(code: str, lang: str, params: dict[str, Any]) -> str:
    """The sentence of ``code`` in ``lang`` (zh, en)."""
    zh, en = SENTENCES[code]
    return word(en if lang.startswith("en") else zh, params)


def problem(code: str, file: str, element: str = "", line: int = 0, severity: str = "error", **params: Any) -> Problem:
    """A :class:`~engine.errors.Problem` with its sentences filled in."""
    shown = {"element": element, **params}
    return Problem(code, sentence(code, "zh", shown), sentence(code, "en", shown), file=file, element=element,
                   severity=severity, line=line, params=shown)


class DecisionError(BihuanError):
    """A decision that could not be taken; ``code`` says why, :meth:`sentence` says it to a person."""

    code, http_status = "decision_failed", 422

    def __init__(self, code: str, **params: Any):
        self.code = code
        super().__init__(**params)
        self.zh, self.en = SENTENCES[code]
