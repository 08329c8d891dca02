package problem

func init() {
	register(map[string]text{
		"json_empty":           {"请求正文是空的", "the body is empty"},
		"json_syntax":          {"请求正文不是有效的 JSON（第 {offset} 字节处）", "the body is not JSON (at byte {offset})"},
		"json_depth":           {"JSON 嵌套超过 {max} 层", "the JSON is nested deeper than {max}"},
		"json_duplicate":       {"键 {key} 出现两次", "the key {key} occurs twice"},
		"json_keys":            {"一个对象的键超过 {max} 个", "an object has more than {max} keys"},
		"json_items":           {"一个数组的元素超过 {max} 个", "an array has more than {max} items"},
		"json_object":          {"请求正文应为 JSON 对象", "the body must be a JSON object"},
		"json_value":           {"请求正文中有无法识别的值", "the body has a value that cannot be read"},
		"json_shape":           {"{field} 的类型应为 {want}", "{field} must be of type {want}"},
		"json_member":          {"未知的成员 {field}", "there is no member {field}"},
		"body_too_large":       {"请求正文超过 {max} 字节", "the body is larger than {max} bytes"},
		"body_incomplete":      {"请求正文不完整", "the body is incomplete"},
		"body_not_utf8":        {"请求正文不是有效的 UTF-8", "the body is not valid UTF-8"},
		"content_type":         {"内容类型应为 {want}", "the content type must be {want}"},
		"cross_origin":         {"拒绝来自其他网站的请求", "requests from other sites are refused"},
		"if_match":             {"If-Match 应为一个修订号", "If-Match must name one revision"},
		"idempotency_key":      {"Idempotency-Key 应为 1 至 200 个可见字符", "Idempotency-Key must have 1 to 200 visible characters"},
		"query_parameter":      {"参数 {name} 的值无效", "the parameter {name} has no valid value"},
		"database_unreachable": {"数据库无法连接，恢复后服务会自动继续；未写入任何内容", "the database cannot be reached; weft goes on by itself when it is back, and nothing was written"},
		"shutting_down":        {"服务正在停止", "the server is shutting down"},
		"too_many_calls":       {"同时进行的请求过多", "too many requests at once"},
		"no_such_route":        {"没有这个地址", "there is nothing at this address"},
		"timed_out":            {"请求未能及时完成", "the request was not finished in time"},
		"multipart_file":       {"上传应恰好包含一个文件部分", "the upload must have exactly one file part"},
		"admin_only":           {"只有管理员可以这样做", "only an administrator may do this"},
		"no_such_template":     {"没有名为 {name} 的模板", "there is no template {name}"},
	})
}
