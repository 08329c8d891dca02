package problem

func init() {
	register(map[string]text{
		"formula_syntax":           {"第 {offset} 个字符处有语法错误：{message}", "syntax error at {offset}: {message}"},
		"formula_too_long":         {"公式过长", "the formula is too long"},
		"formula_too_deep":         {"嵌套过深", "is nested too deeply"},
		"formula_one_expression":   {"公式必须是一个表达式", "a formula is exactly one expression"},
		"formula_no_value":         {"公式没有给出单个值", "the formula gives no single value"},
		"formula_not_allowed":      {"第 {offset} 个字符处的写法不能用在公式中", "the expression at {offset} is not allowed in a formula"},
		"formula_number":           {"第 {offset} 个字符处不是十进制数", "the text at {offset} is not a decimal number"},
		"formula_unknown_field":    {"没有名为 {field} 的字段", "there is no field {field}"},
		"formula_field_kind":       {"字段 {field} 不能参与计算", "the field {field} cannot be computed with"},
		"formula_wrong_kind":       {"第 {offset} 个字符处应为{want}，却是{have}", "the expression at {offset} must be {want}, but is {have}"},
		"formula_unknown_function": {"没有名为 {function} 的函数", "there is no function {function}"},
		"formula_arguments":        {"函数 {function} 的参数个数不对", "{function} has the wrong number of arguments"},
	})
}
