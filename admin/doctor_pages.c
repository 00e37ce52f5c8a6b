/* doctor_pages.c: checks that the web server delivers the pages of this
   version. */
#include "config.h"

#include <string.h>

#include "admin/doctor.h"
#include "lib/base/conf.h"
#include "lib/service/delivery_check.h"

/* The sums are in hexadecimal digits. */
static const struct page {
	const char *path, *sum;
} pages[] = {
#include "admin/pages.h"
};

#define REMEDY                                                                 \
	"install all files of one version, print the site with `pixtierctl "   \
	"site`, and reload the web server"

struct finding doctor_look_at_pages(struct doctor *d)
{
	const struct conf *conf = d->work->conf;
	const char *sum;

	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		const char *path = pages[i].path;

		if (!delivery_check_page(&sum, d->work, path))
			return FINDING(d, BAD,
				       "%s%s does not come: %s; " REMEDY,
				       conf->base_url, path, d->work->why);
		if (strcmp(sum, pages[i].sum))
			return FINDING(
				d, BAD,
				"%s%s is not that of this version, " PACKAGE_VERSION
				": " REMEDY,
				conf->base_url, path);
	}
	return FINDING(d, FINE, "%d files, as in this version",
		       (int)ARRAY_LEN(pages));
}
