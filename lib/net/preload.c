/* preload.c: loads the CA bundle and resolver state before the sandbox. */
#include "config.h"

#include "lib/net/preload.h"

#include <netinet/in.h>
#include <curl/curl.h>
#include <resolv.h>
#include <stdio.h>
#ifdef __GLIBC__
#include <nss.h>
#endif

#include "lib/base/conf.h"
#include "lib/base/pool.h"
#include "lib/base/work.h"

enum { CERTIFICATE_BYTES = 1 << 22 };

static const char *certificates_file(const struct conf *conf)
{
	if (*conf->fetch_tls_ca)
		return conf->fetch_tls_ca;
	return curl_version_info(CURLVERSION_NOW)->cainfo;
}

static void read_certificates(struct preload *preload, struct work *work)
{
	const char *path = certificates_file(work->conf);
	FILE *file = path ? fopen(path, "re") : NULL;

	if (!file)
		return;
	preload->certificates = pool_alloc(work->pool, CERTIFICATE_BYTES);
	preload->len = fread(preload->certificates, 1, CERTIFICATE_BYTES, file);
	if (ferror(file) || !feof(file))
		preload->len = 0;
	fclose(file);
}

/* Fixes the lookup services and name servers, so that they are not read
   again. */
static void prepare_resolver(void)
{
#ifdef __GLIBC__
	(void)__nss_configure_lookup("hosts", "files dns");
	if (!res_init())
		_res.options |= RES_NORELOAD;
#endif
}

void preload_init(struct preload *preload, struct work *work)
{
	*preload = (struct preload){ 0 };
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	read_certificates(preload, work);
	prepare_resolver();
}
