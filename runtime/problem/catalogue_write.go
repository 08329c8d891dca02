package problem

func init() {
	register(map[string]text{
		"unique_elsewhere": {"引用它的“{entity}”记录会与另一条重复", "would be taken twice among the records of {entity} that refer to it"},
	})
}
