package problem

func init() {
	register(map[string]text{
		"required":       {"必填", "is required"},
		"wrong_type":     {"类型不符，应为{want}", "must be {want}"},
		"not_one_of":     {"应为以下之一：{values}", "must be one of {values}"},
		"unknown_field":  {"没有名为 {field} 的字段", "there is no field {field}"},
		"read_only":      {"只读，不能写入", "is read-only"},
		"not_writable":   {"没有写入此字段的权限", "you may not write this field"},
		"too_long":       {"超过 {max} 个字符", "is longer than {max} characters"},
		"too_short":      {"少于 {min} 个字符", "is shorter than {min} characters"},
		"too_small":      {"不能小于 {min}", "must not be less than {min}"},
		"too_great":      {"不能大于 {max}", "must not be more than {max}"},
		"pattern":        {"格式不符", "does not have the required form"},
		"not_a_choice":   {"不是可选项", "is not one of the choices"},
		"retired":        {"此字段已停用，不再接受新值", "is retired and takes no new value"},
		"retired_choice": {"选项“{choice}”已停用", "the choice {choice} is retired"},
		"duplicate_item": {"有重复项", "has an item twice"},
		"no_such_record": {"引用的记录不存在", "refers to a record that does not exist"},
		"unique":         {"已被占用", "is already taken"},
	})
}
