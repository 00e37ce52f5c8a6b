#ifndef LIB_MODEL_IDS_H
#define LIB_MODEL_IDS_H

/* The placeholders of `IN (...)` for IDS_MAX ids. Bind NULL to unused ones: it
   equals no id. */
enum { IDS_MAX = 100 };
#define IDS_10 "?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
#define IDS_50 IDS_10 ", " IDS_10 ", " IDS_10 ", " IDS_10 ", " IDS_10
#define IDS    IDS_50 ", " IDS_50

#endif
