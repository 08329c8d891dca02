package problem

func init() {
	register(map[string]text{
		"package_differs":   {"已安装模板包 {key}（版本 {version}），此包与其不同；请查看差异，确认后以 replace 替换", "package {key} is installed in version {version}, and this one differs; look at the differences and install it again with replace"},
		"package_adds":      {"模板包新增 {kind} {key}", "the package adds {kind} {key}"},
		"package_changes":   {"模板包更改 {kind} {key}", "the package changes {kind} {key}"},
		"not_in_package":    {"模板包中没有 {name}", "the package has no {name}"},
		"kept_and_taken":    {"{name} 不能既保留又采用", "{name} cannot be both kept and taken"},
		"unknown_parameter": {"没有参数 {name}", "there is no parameter {name}"},
		"not_awaiting":      {"{name} 不在等待确认之列", "{name} does not await confirmation"},
		"assignment_role":   {"示例数据的角色分配必须写明用户与角色", "a role assignment of sample data must name its user and its role"},
	})
}
