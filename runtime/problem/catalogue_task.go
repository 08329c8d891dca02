package problem

func init() {
	register(map[string]text{
		"task_condition": {"此任务要等记录满足条件后才能关闭", "this task is closed once its record meets the condition"},
	})
}
