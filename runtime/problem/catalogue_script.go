package problem

func init() {
	register(map[string]text{
		"script_syntax":     {"第 {line} 行第 {column} 列有语法错误：{message}", "syntax error in line {line}, column {column}: {message}"},
		"script_warning":    {"第 {line} 行第 {column} 列可能有误：{message}", "line {line}, column {column}: {message}"},
		"script_module":     {"第 {line} 行：没有名为 {module} 的模块或脚本库", "line {line}: there is no module or library {module}"},
		"script_failed":     {"脚本 {script} 失败：{message}", "the script {script} failed: {message}"},
		"script_loop":       {"脚本 {script} 已停止：互相引发超过 {depth} 层", "the script {script} was stopped: causes followed each other more than {depth} deep"},
		"after_hook_failed": {"脚本 {script} 在变更之后多次失败", "the script {script} failed after changes, several times"},
		"refused_by_script": {"{text}", "{text}"},
		"no_such_script":    {"没有脚本 {script}", "there is no script {script}"},
		"script_not_here":   {"这里不能用 {function}", "{function} is not available here"},
		"script_arguments":  {"{function} 的参数不对", "{function}: wrong arguments"},
		"scripts_busy":      {"等待运行的脚本过多，请稍后再试", "too many scripts wait to run; try again later"},
	})
}
