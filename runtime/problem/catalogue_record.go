package problem

func init() {
	register(map[string]text{
		"no_such_entity":         {"没有名为 {entity} 的实体", "there is no entity {entity}"},
		"no_such_record_here":    {"找不到这条记录", "there is no such record"},
		"no_right":               {"没有此操作的权限", "you may not do this"},
		"no_right_history":       {"没有导入历史阶段的权限", "you may not set past stages and dates"},
		"built_in_read_only":     {"此实体由系统维护，不能直接写入", "the system keeps these records; they cannot be written"},
		"idempotency_mismatch":   {"同一 Idempotency-Key 已用于另一请求", "this Idempotency-Key was used for another request"},
		"too_much_contention":    {"记录正被频繁修改，请稍后重试", "the record is being changed too often at once; try again"},
		"no_such_file":           {"没有可用的文件 {id}", "there is no file {id} that could be used here"},
		"file_elsewhere":         {"文件 {id} 已属于另一条记录，一个文件只能用于一条记录，请重新上传", "the file {id} belongs to another record; a file is on one record only, upload it again"},
		"lost_files":             {"“{entity}”的“{field}”有 {count} 个文件已被清除或属于其他记录，恢复时未包含", "came back without files that are swept or belong to another record: {count} in {field} of {entity}"},
		"media_type":             {"文件类型 {media_type} 不被接受", "files of type {media_type} are not accepted"},
		"file_too_large":         {"文件超过 {max} 字节", "the file is larger than {max} bytes"},
		"referenced_unseen":      {"被你看不到的记录引用", "records that you cannot see refer to it"},
		"referenced_by":          {"被 {count} 条“{entity}”的“{field}”引用", "{count} records of {entity} refer to it in {field}"},
		"user_stays":             {"用户只能停用，不能删除", "users are deactivated, never deleted"},
		"admin_stays":            {"管理员账户 admin 不能停用或改名", "the user admin can be neither deactivated nor renamed"},
		"too_many_records":       {"一次最多 {max} 条记录", "at most {max} records at once"},
		"same_record":            {"不能与自身合并", "a record cannot be merged with itself"},
		"unknown_operation":      {"没有操作 {op}", "there is no operation {op}"},
		"ids_or_where":           {"须给出 ids 或 where 之一", "give either ids or where"},
		"row_not_an_object":      {"应为对象", "must be an object"},
		"lost_reference":         {"引用的记录已被删除，请先恢复它", "refers to a record that was deleted; restore that first"},
		"hook_unknown_field":     {"脚本写入了不存在的字段 {field}", "a hook wrote {field}, which does not exist"},
		"restored_already_there": {"这条记录未被删除", "the record is not deleted"},
	})
}
