package problem

func init() {
	register(map[string]text{
		"nothing_to_extend":      {"没有可以扩展的 {kind} {key}", "there is no {kind} {key} to extend"},
		"template_version":       {"需要模板 {template} {least} 或同一主版本的更新版本，现在是 {version}", "{template} {least} is needed, or a later one of the same major version; {version} is there"},
		"needed_by":              {"模板 {template} 需要它", "the template {template} needs it"},
		"extends_not_required":   {"{key} 属于模板 {template}，请在 requires 或 when 中写明", "{key} belongs to the template {template}, which requires or when must name"},
		"out_of_force":           {"{key} 所等待的模板不再安装，它将不再生效", "{key} waits for a template that goes, and is no longer in force"},
		"not_extended":           {"扩展其他定义时不能写 {member}", "{member} cannot be given where another definition is extended"},
		"extends_another_entity": {"被扩展的定义属于实体 {entity}", "what is extended is about the entity {entity}"},
	})
}
