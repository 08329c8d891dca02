package problem

func init() {
	register(map[string]text{
		"filter_shape":      {"不是筛选条件：应为 [字段, 运算符, 值] 或 all、any、not 之一", "is not a filter: [field, operator, value], or one of all, any, not"},
		"filter_depth":      {"筛选条件嵌套超过 {max} 层", "is nested deeper than {max}"},
		"filter_size":       {"筛选条件超过 {max} 个", "has more than {max} comparisons"},
		"unknown_operator":  {"没有运算符 {op}", "there is no operator {op}"},
		"wrong_operator":    {"字段 {field} 不能使用 {op}", "{field} cannot be compared by {op}"},
		"no_value_wanted":   {"{op} 不带值", "{op} takes no value"},
		"value_wanted":      {"{op} 需要一个值", "{op} needs a value"},
		"two_values_wanted": {"需要两个值 [起, 止]", "needs two values [from, to]"},
		"list_wanted":       {"需要一个列表", "needs a list of values"},
		"too_many_values":   {"值超过 {max} 个", "has more than {max} values"},
		"null_value":        {"不能是 null，请用 empty 或 present", "must not be null; use empty or present"},
		"wrong_value":       {"不是字段 {field} 的值", "is not a value of {field}"},
		"relative_value":    {"不是字段 {field} 可用的相对值", "is not a relative value that suits {field}"},
		"too_many_terms":    {"超过 {max} 项", "has more than {max} items"},
		"not_sortable":      {"不能按 {field} 排序", "cannot be sorted by {field}"},
		"field_twice":       {"{field} 重复", "{field} is named twice"},
		"group_shape":       {"应为字段或 {\"field\", \"by\", \"zone\"}", "must be a field or an object of field, by and zone"},
		"not_stored":        {"{field} 的值随时间变化，读取时才计算，不能用于筛选、排序、分组或索引", "{field} depends on the clock and is computed when it is read: it cannot be filtered, sorted, grouped or indexed by"},
		"not_groupable":     {"不能按 {field} 分组", "cannot be grouped by {field}"},
		"not_a_time":        {"{field} 不是日期", "{field} is not a date"},
		"unknown_bucket":    {"没有周期 {by}，应为 day、week、month、quarter 或 year", "there is no period {by}; it is day, week, month, quarter or year"},
		"unknown_zone":      {"没有时区 {zone}", "there is no time zone {zone}"},
		"metric_shape":      {"应为 [函数] 或 [函数, 字段]", "must be [function] or [function, field]"},
		"metric_name":       {"名称应为 1 至 {max} 个字符", "must have a name of 1 to {max} characters"},
		"unknown_metric":    {"没有函数 {func}", "there is no function {func}"},
		"wrong_metric":      {"不能对 {field} 计算 {func}", "{func} cannot be computed of {field}"},
		"cursor":            {"游标无效，或属于另一种排序", "is no cursor of this order"},
	})
}
