package problem

func init() {
	register(map[string]text{
		"bad_step_value":     {"不是有效的值", "is no valid value"},
		"value_does_not_fit": {"不能作为 {field} 的值", "cannot be a value of {field}"},
		"no_record":          {"这里没有记录", "there is no record here"},
		"no_input":           {"{event} 事件没有输入", "the event {event} has no input"},
		"unknown_step":       {"之前没有名为 {step} 的步骤", "there is no step {step} before this one"},
		"unknown_rule":       {"没有名为 {rule} 的分配规则", "there is no assignment rule {rule}"},
		"unknown_script":     {"没有名为 {script} 的脚本", "there is no script {script}"},
		"unknown_form":       {"没有名为 {form} 的表单", "there is no form {form}"},
		"form_of_another":    {"表单 {form} 属于 {entity}", "the form {form} is one of {entity}"},
		"one_field_wanted":   {"须恰好指定一个字段", "needs exactly one field"},
		"name_the_reference": {"请指定 {entity} 中指向 {to} 的引用字段", "name the field by which {entity} refers to {to}"},
		"where_or_ids":       {"须有 where 或 ids 其中之一", "needs either where or ids"},
		"for_or_until":       {"须有 for 或 until 其中之一", "needs either for or until"},
		"each_in_each":       {"each 中不能再有 each", "an each cannot stand in another each"},
		"no_approvals":       {"此版本不支持审批步骤", "this version of weft has no approvals"},
		"trigger_cycle":      {"触发器互相引发，没有尽头：{way}；可用 max_depth 限制", "these cause each other without end: {way}; bound it by max_depth"},
	})
}
