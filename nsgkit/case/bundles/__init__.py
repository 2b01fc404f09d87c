"""Bundles: a case with the blobs that it cites, as a BagIt bag (RFC 8493) that another machine can verify.

::

    bundle/
      bagit.txt  bag-info.txt       what kind of bag it is, when and with what it was made
      manifest-sha256.txt           the SHA-256 of every file below data/
      tagmanifest-sha256.txt        the SHA-256 of the three files above
      data/README.txt               what it is, and how to check it
      data/report.html              the report
      data/case/                    the case: case.jsonl and files/
      data/blobs.csv                which cited blob is in which file
      data/blobs/3fa9….json         the stored bytes of a cited blob, called by their SHA-256

Nothing in it is named by what a stranger wrote: the names of blobs stand in blobs.csv.
"""
