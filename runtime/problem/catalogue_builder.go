package problem

func init() {
	register(map[string]text{
		"no_such_version":           {"没有版本 {version}", "there is no version {version}"},
		"no_such_draft":             {"没有名为 {name} 的草稿", "there is no draft {name}"},
		"no_such_package":           {"没有名为 {key} 的模板包", "there is no package {key}"},
		"published_meanwhile":       {"版本 {version} 已由他人发布，请重试", "somebody has published version {version} meanwhile; try again"},
		"unique_broken":             {"{entity} 现有记录不满足此唯一键", "present records of {entity} do not satisfy this unique key"},
		"entity_removed":            {"实体 {entity} 已发布，不能直接移除", "entity {entity} is published and cannot simply vanish"},
		"entity_removed_used":       {"实体 {entity} 还有 {records} 条记录，不能移除", "entity {entity} still has {records} records"},
		"field_removed":             {"字段 {field} 已发布，不能直接移除", "field {field} is published and cannot simply vanish"},
		"field_removed_used":        {"字段 {field} 在 {records} 条记录中有值，不能移除", "field {field} is set on {records} records"},
		"field_type_changed":        {"字段 {field} 已发布，不能更改类型", "field {field} is published and cannot change its type"},
		"field_type_changed_used":   {"字段 {field} 在 {records} 条记录中有值，不能更改类型", "field {field} is set on {records} records and cannot change its type"},
		"field_target_changed":      {"字段 {field} 已发布，不能改为引用其他实体", "field {field} is published and cannot lead elsewhere"},
		"field_target_changed_used": {"字段 {field} 在 {records} 条记录中有值，不能改为引用其他实体", "field {field} is set on {records} records and cannot lead elsewhere"},
		"currency_changed":          {"字段 {field} 已发布，不能更改币种", "field {field} is published and cannot change its currency"},
		"currency_changed_used":     {"字段 {field} 在 {records} 条记录中有值，不能更改币种", "field {field} is set on {records} records and cannot change its currency"},
		"choice_removed":            {"选项 {choice} 已发布，不能移除（可隐藏）", "choice {choice} is published and cannot vanish (it can be hidden)"},
		"choice_removed_used":       {"选项 {choice} 用于 {records} 条记录，不能移除（可隐藏）", "choice {choice} is used by {records} records (it can be hidden)"},
		"package_unreadable":        {"模板包无法读取：{error}", "the package cannot be read: {error}"},
		"not_a_regular_file":        {"不是普通文件", "is no regular file"},
		"not_utf8":                  {"不是 UTF-8 文本", "is no UTF-8 text"},
		"unknown_file":              {"不属于模板包的文件", "is no file of a package"},
		"file_name_differs":         {"文件名与键 {key} 不一致", "the file is not named after its key {key}"},
		"script_alone":              {"缺少同名的 .json 定义", "has no definition (.json) beside it"},
		"script_twice":              {"源代码既在此处又在 .js 文件中", "the source stands here and in the .js file"},
		"bad_sample":                {"应为 {\"entity\":…,\"rows\":[…]}", "must be {\"entity\":…,\"rows\":[…]}"},
		"not_of_package":            {"{key} 已存在，且不属于此模板包", "{key} exists already and is not of this package"},
		"changed_here":              {"{key} 在此处和模板包中都有更改", "{key} was changed both here and in the package"},
	})
}
