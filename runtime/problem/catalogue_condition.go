package problem

func init() {
	register(map[string]text{
		"unknown_keyword":       {"条件中没有关键字 {keyword}", "{keyword} is no keyword of conditions"},
		"idle_keyword":          {"{keyword} 对这种值不起作用", "{keyword} has no effect on a value of this type"},
		"lone_keyword":          {"没有 {needs}，{keyword} 不起作用", "{keyword} has no effect without {needs}"},
		"unknown_format":        {"没有格式 {format}；可用：{known}", "there is no format {format}; known are {known}"},
		"system_field_required": {"{field} 是系统字段，由系统填写，不能要求填写", "{field} is a system field: weft sets it, it cannot be required"},
		"conversion_pending":    {"字段 {field} 的值还在转换中，请在转换完成后再发布", "values of field {field} are still being converted; publish this when that is done"},
		"never_a_value":         {"此字段永远不会有这个值", "this can never be the value here"},
	})
}
