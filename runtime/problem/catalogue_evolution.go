package problem

func init() {
	register(map[string]text{
		"conversion":                  {"{records} 条记录的 {field} 将由 {from} 转换为 {to}，其中 {unfit} 个值不适用", "{field} of {records} records becomes {to} instead of {from}; {unfit} values do not fit"},
		"conversion_unfit":            {"{field} 由 {from} 转换为 {to} 时，{records} 个值中有 {unfit} 个不适用（见 samples）；可用 force 发布，这些值将保留但不显示", "{unfit} of {records} values of {field} do not fit when {from} becomes {to} (see samples); with force they are kept out of sight"},
		"impact_converted":            {"{records} 条记录的值将转换类型", "values of {records} records are converted"},
		"impact_becomes_required":     {"{records} 条记录没有此必填字段的值", "{records} records have no value of this required field"},
		"impact_becomes_unique":       {"{records} 条记录与其他记录的值相同", "{records} records share a value with another one"},
		"impact_rule_changed":         {"{records} 条记录不符合新规则", "{records} records do not satisfy the new rule"},
		"impact_renewed_later":        {"{records} 条记录将在后台重新计算", "{records} records are recomputed in the background"},
		"impact_entity_removed":       {"实体移除后，{records} 条记录将不可见", "{records} records of the entity would be out of sight"},
		"impact_field_removed":        {"{records} 条记录在此字段有值", "{records} records have a value of this field"},
		"impact_field_type_changed":   {"{records} 条记录的值不能转换为新类型", "values of {records} records cannot become the new type"},
		"impact_field_target_changed": {"{records} 条记录引用原实体", "{records} records refer to the former entity"},
		"impact_currency_changed":     {"{records} 条记录有原币种的金额", "{records} records have amounts in the former currency"},
		"impact_choice_removed":       {"{records} 条记录使用此选项", "{records} records use this choice"},
		"impact_role_removed":         {"{people} 人将失去此角色", "{people} people would lose this role"},
		"impact_role_changed":         {"{people} 人的权限将改变", "the rights of {people} people would change"},
		"replace_field":               {"{field} 不是单选或多选字段", "{field} is no choice or multi-choice field"},
		"replace_stage":               {"{field} 是阶段字段：请用流转移动记录", "{field} holds the stage of a stage machine: move the records by its transitions"},
	})
}
