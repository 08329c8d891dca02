package problem

func init() {
	register(map[string]text{
		"no_such_move":           {"不能从“{from}”变更到“{to}”", "there is no move from {from} to {to}"},
		"no_such_stage":          {"没有名为 {stage} 的阶段", "there is no stage {stage}"},
		"no_stages":              {"“{entity}”没有阶段", "{entity} has no stages"},
		"no_right_transition":    {"没有执行“{transition}”的权限", "you may not make the move {transition}"},
		"guard_required":         {"请填写“{title}”", "{title} is required"},
		"attachment_missing":     {"请上传“{title}”", "{title} is missing"},
		"attachment_type":        {"“{title}”须为以下类型的文件：{types}", "{title} must hold a file of type {types}"},
		"attachment_number":      {"“{title}”至少需要 {min} 个文件", "{title} needs at least {min} files"},
		"attachment_type_number": {"“{title}”至少需要 {min} 个以下类型的文件：{types}", "{title} needs at least {min} files of type {types}"},
		"locked":                 {"“{title}”在阶段“{stage}”中已锁定", "{title} is locked in stage {stage}"},
		"filter":                 {"记录不满足进入此阶段的条件", "the record does not meet the conditions of this stage"},
		"role":                   {"仅限以下角色：{roles}", "only these roles may do this: {roles}"},
		"guard_message":          {"{message}", "{message}"},
		"reason_required":        {"请说明原因", "a reason is required"},
		"guard_reason_field":     {"请在“{title}”中说明原因", "a reason is required in {title}"},
	})
}
