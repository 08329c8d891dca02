package problem

func init() {
	register(map[string]text{
		"wrong_login":     {"账号或密码不正确", "The login or the password is wrong"},
		"no_such_role":    {"没有名为 {role} 的角色", "there is no role {role}"},
		"role_not_held":   {"不能授予自己或该用户没有的角色 {role}", "nobody hands on the role {role} who does not hold it, nor to a user who does not"},
		"expires_in_past": {"到期时间必须在将来", "must lie in the future"},
	})
}
