package problem

func init() {
	register(map[string]text{
		"picture_broken":    {"图片已损坏或格式无法识别，请重新拍摄，或另存为 JPEG、PNG 后再上传", "the picture is damaged or laid out in an unknown way; take it again, or save it as JPEG or PNG"},
		"picture_type":      {"{media_type} 类型的文件没有缩略图", "there is no small picture of a file of type {media_type}"},
		"picture_too_great": {"图片有 {width}×{height} 像素，过大，无法生成缩略图", "the picture has {width}×{height} pixels, too many to make a small one of it"},
		"upload_type":       {"不接受 {media_type} 类型的文件，可上传：{accept}", "files of type {media_type} are not taken here, but {accept}"},
		"thumbnail_size":    {"没有名为“{size}”的缩略图尺寸，可用 small、medium、large", "there is no size {size} of small pictures, but small, medium and large"},
		"file_position":     {"照片中可能含有拍摄位置，而此字段不保留位置，请为此字段重新上传", "the picture may hold the position it was taken at, which this field does not keep; upload it again for this field"},
		"no_file_field":     {"字段“{field}”不能存放文件", "field {field} holds no files"},
	})
}
