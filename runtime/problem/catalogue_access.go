package problem

func init() {
	register(map[string]text{
		"wrong_login":     {"账号或密码不正确", "The login or the password is wrong"},
		"no_such_role":    {"没有名为 {role} 的角色", "there is no role {role}"},
		"role_not_held":   {"不能授予自己或该用户没有的角色 {role}", "the role {role} can only be given by and for users that hold it"},
		"wrong_password":  {"密码不正确", "is not the present password"},
		"too_many_tokens": {"每个用户最多 {max} 个令牌，请先删除不用的", "a user has at most {max} tokens; delete unused ones first"},
		"expires_in_past": {"到期时间必须在将来", "must lie in the future"},

		"explain_no_user":         {"没有用户 {user}", "There is no user {user}"},
		"explain_no_entity":       {"没有名为 {entity} 的实体", "There is no entity {entity}"},
		"no_such_operation":       {"没有名为 {op} 的操作", "there is no operation {op}"},
		"explain_no_record":       {"记录 {id} 不存在或已在回收站", "There is no record {id}, or it is in the recycle bin"},
		"explain_inactive":        {"{user} 已停用", "{user} is not active"},
		"explain_read_only":       {"“{entity}”由系统写入，任何人都不能修改", "{entity} is written by weft itself and read-only for everybody"},
		"explain_no_grant":        {"{user} 的角色（{roles}）都没有“{entity}”的授权", "None of the roles of {user} ({roles}) has a grant on {entity}"},
		"explain_visit":           {"阶段记录随其所属记录可见：该记录或其阶段不可查看", "Stage visits are seen with their record: the record or its stage cannot be read"},
		"explain_privilege":       {"不能授予自己没有的角色，也不能修改管理员", "A user assigns only roles that they hold, and only an admin changes an admin"},
		"explain_operation":       {"“{role}”的这项授权不含“{op}”操作", "This grant of {role} does not include the operation {op}"},
		"explain_field_read":      {"“{role}”的这项授权不能查看字段“{field}”", "This grant of {role} does not read the field {field}"},
		"explain_field_write":     {"“{role}”的这项授权不能填写字段“{field}”", "This grant of {role} does not write the field {field}"},
		"explain_scope_empty":     {"“{role}”的这项授权不包含任何记录", "This grant of {role} reaches no row"},
		"explain_not_owner":       {"“{role}”只含本人的记录：负责人是 {owner}，不是 {user}", "{role} reaches own rows: the owner is {owner}, not {user}"},
		"explain_not_department":  {"“{role}”只含本部门的记录：负责人 {owner} 属于 {department}，不是 {user} 的部门", "{role} reaches rows of the department: the owner {owner} belongs to {department}, not to the department of {user}"},
		"explain_not_below":       {"“{role}”只含本部门及下级部门的记录：负责人 {owner} 属于 {department}，不在 {user} 的部门之下", "{role} reaches rows of the department and below: the owner {owner} belongs to {department}, which is not under the department of {user}"},
		"explain_not_subordinate": {"“{role}”只含下属的记录：负责人 {owner} 不是 {user} 的下属", "{role} reaches rows of subordinates: the owner {owner} is not a subordinate of {user}"},
		"explain_not_matching":    {"记录不符合“{role}”授权的筛选条件", "The record does not match the filter of the grant of {role}"},
		"fix_activate":            {"启用用户 {user}", "Activate the user {user}"},
		"fix_assign_role":         {"给 {user} 分配角色“{role}”", "Assign the role {role} to {user}"},
		"fix_operation":           {"在“{role}”的这项授权中加入“{op}”操作", "Add the operation {op} to this grant of {role}"},
		"fix_field":               {"在“{role}”的这项授权中加入字段“{field}”", "Add the field {field} to this grant of {role}"},
		"fix_scope":               {"扩大“{role}”这项授权的记录范围", "Widen the row scope of this grant of {role}"},
		"fix_owner":               {"将记录的负责人改为 {user}", "Make {user} the owner of the record"},
		"fix_superior":            {"将 {user} 设为 {owner} 的上级", "Make {user} the superior of {owner}"},
	})
}
