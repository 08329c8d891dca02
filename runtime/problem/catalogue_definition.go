package problem

func init() {
	register(map[string]text{
		"unknown_key":          {"没有名为 {key} 的成员", "there is no member {key}"},
		"bad_key":              {"键只能用小写字母、数字和下划线，以字母开头，最多 63 个字符", "a key has lower-case letters, digits and underscores, begins with a letter and has at most 63 characters"},
		"not_allowed_value":    {"只能是：{allowed}", "must be one of: {allowed}"},
		"too_few":              {"少于 {min}", "has less than {min}"},
		"too_many":             {"多于 {max}", "has more than {max}"},
		"condition":            {"不满足条件（{keyword}）", "does not meet the condition ({keyword})"},
		"definition_too_large": {"定义超过 {max} 字节", "the definition has more than {max} bytes"},
		"not_json":             {"不是有效的 JSON（位置 {offset}）", "is not valid JSON (at byte {offset})"},
		"number_range":         {"数字超出范围", "the number is out of range"},
		"duplicate_key":        {"{key} 出现两次", "{key} occurs twice"},
	})
}
