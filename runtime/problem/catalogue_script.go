package problem

func init() {
	register(map[string]text{
		"script_syntax":  {"第 {line} 行第 {column} 列有语法错误：{message}", "syntax error in line {line}, column {column}: {message}"},
		"script_warning": {"第 {line} 行第 {column} 列可能有误：{message}", "line {line}, column {column}: {message}"},
		"script_module":  {"第 {line} 行：没有名为 {module} 的模块或脚本库", "line {line}: there is no module or library {module}"},
		"scripts_busy":   {"等待运行的脚本过多，请稍后再试", "too many scripts wait to run; try again later"},
	})
}
